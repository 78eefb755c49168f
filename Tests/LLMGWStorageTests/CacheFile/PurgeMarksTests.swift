import Testing

@testable import LLMGWStorage

@Suite("Purge marks")
struct PurgeMarksTests {
    private func metadata(_ number: Int, epoch: UInt32) -> CacheFileMetadata {
        entry(number, scope: "uid:1", model: "gpt", tags: ["甲", "b"], epoch: epoch).metadata
    }

    @Test(arguments: [CacheFileSelector.all, .key(key(1)), .model("gpt"), .scope("uid:1"), .tag("甲"), .tag("b")])
    func aPurgeForbidsWhatBeganBeforeIt(selector: CacheFileSelector) {
        var marks = PurgeMarks()
        #expect(!marks.forbids(metadata(1, epoch: 0)))
        marks.add(selector, epoch: 5)
        marks.add(selector, epoch: 3)
        #expect(marks.forbids(metadata(1, epoch: 4)))
        #expect(!marks.forbids(metadata(1, epoch: 5)))
    }

    @Test(arguments: [
        CacheFileSelector.key(key(2)), .model("g"), .scope("uid:10"), .tag("乙"), .expired(before: .max),
    ])
    func anythingElseIsNotConcerned(selector: CacheFileSelector) {
        var marks = PurgeMarks()
        marks.add(selector, epoch: 5)
        #expect(!marks.forbids(metadata(1, epoch: 0)))
    }

    @Test func manyPurgesBecomeOneOfEverythingThatForgetsNone() {
        var marks = PurgeMarks()
        for number in 0..<10_001 { marks.add(.key(key(number)), epoch: UInt32(number + 1)) }
        #expect(marks.forbids(metadata(1, epoch: 1)))
        #expect(marks.forbids(metadata(20_000, epoch: 10_000)))
        #expect(!marks.forbids(metadata(20_000, epoch: 10_001)))
    }
}
