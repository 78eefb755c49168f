import Glibc
import TestSupport
import Testing

@testable import LLMGWStorage

@Suite("Cache file")
struct CacheFileTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func givesBackWhatWasWritten() async throws {
        let file = try await openCache(directory)
        let older = entry(1, tags: ["中文", "b"], body: Array("正文".utf8))
        #expect(file.write(older))
        #expect(await file.reads(older))
        #expect(await file.read(key(2)) == nil)
        let newer = entry(1, tags: [], body: [])
        #expect(file.write(newer))
        #expect(await file.reads(newer))
        #expect(file.count == 1)
        await file.close()
        #expect(file.status.state == .closed)
        #expect(!file.write(older))
        #expect(await file.read(key(1)) == nil)
    }

    @Test func entriesOutliveARestartWithEpochZero() async throws {
        var file = try await openCache(directory)
        var old = entry(1, epoch: 7)
        #expect(file.write(old))
        await file.close()

        file = try await openCache(directory)
        old.metadata.epoch = 0
        #expect(await file.read(key(1)) == old)
        #expect(file.write(entry(2, epoch: 1)))
        #expect(await file.reads(entry(2, epoch: 1)))
        #expect(try await file.purge(.all, epoch: 1) == 1, "what is of an earlier life is older than any purge")
        #expect(await file.read(key(1)) == nil)
        #expect(await file.read(key(2)) != nil)
        await file.close()
    }

    @Test(arguments: [
        (CacheFileSelector.key(key(1)), [2, 3]), (.model("gpt"), [3]), (.tag("标签"), [2, 3]), (.tag("标"), [1, 2, 3]),
        (.scope("uid:1001"), [1, 3]), (.all, []), (.expired(before: 2_001), [2, 3]),
        (.expired(before: 2_000), [1, 2, 3]),
    ])
    func purges(selector: CacheFileSelector, left: [Int]) async throws {
        let file = try await openCache(directory)
        file.write(entry(1, tags: ["x", "标签"], staleUntil: 2_000))
        file.write(entry(2, scope: "uid:1001"))
        file.write(entry(3, model: "claude"))
        #expect(try await file.purge(selector, epoch: 1) == 3 - left.count)
        #expect(await file.newestMetadata(limit: 10).metadata.map(\.key) == left.reversed().map(key))
        await file.close()
    }

    @Test func aFillThatBeganBeforeAPurgeIsDropped() async throws {
        let file = try await openCache(directory)
        _ = try await file.purge(.tag("t"), epoch: 5)
        #expect(file.write(entry(1, tags: ["t"], epoch: 4)))
        #expect(file.write(entry(2, tags: ["t"], epoch: 5)))
        #expect(file.write(entry(3, tags: ["u"], epoch: 4)))
        #expect(await eventually { file.count == 2 })
        #expect(await file.read(key(1)) == nil)
        await file.close()
    }

    @Test func listsTheNewestFirstPageByPage() async throws {
        let file = try await openCache(directory)
        for number in 1...7 { file.write(entry(number, body: [UInt8](repeating: UInt8(number), count: 100))) }
        #expect(await eventually { file.count == 7 })
        var (page, next) = await file.newestMetadata(limit: 3)
        #expect(page.map(\.key) == [7, 6, 5].map(key))
        #expect(page.map(\.size) == [100, 100, 100])
        (page, next) = await file.newestMetadata(before: next, limit: 3)
        #expect(page.map(\.key) == [4, 3, 2].map(key))
        (page, next) = await file.newestMetadata(before: next, limit: 3)
        #expect(page.map(\.key) == [1].map(key))
        #expect(next == nil)

        var bodies = await file.newestEntries(maxBytes: 350)
        #expect(bodies.entries.map(\.body.first) == [7, 6, 5, 4])
        bodies = await file.newestEntries(before: bodies.next, maxBytes: 350)
        #expect(bodies.entries.map(\.body.first) == [3, 2, 1])
        #expect(bodies.next == nil)
        await file.close()
    }
}
