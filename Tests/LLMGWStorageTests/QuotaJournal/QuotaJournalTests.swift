import Glibc
import TestSupport
import Testing

@testable import LLMGWStorage

@Suite("Quota journal")
struct QuotaJournalTests {
    private let directory: TemporaryDirectory
    private let clock = TestClock()
    private let boot = BootID(high: 1, low: 2)

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func open(boot: BootID? = nil, capacity: Int = 512) -> QuotaJournal {
        QuotaJournal(
            path: directory("quota.journal"), capacity: capacity, window: .seconds(60), boot: boot ?? self.boot,
            clock: { [clock] in clock.now })
    }

    private func charge(_ name: String, _ amount: UInt64) -> QuotaJournal.Charge {
        QuotaJournal.Charge(bucket: QuotaJournal.bucketKey(name), amount: amount)
    }

    private func restored(_ name: String, _ amount: UInt64, age: Duration) -> QuotaJournal.Restored {
        QuotaJournal.Restored(bucket: QuotaJournal.bucketKey(name), amount: amount, age: age)
    }

    /// Opens the file in another life; the earlier one must be gone, as its lock is.
    private func reopen(boot: BootID? = nil, capacity: Int = 512) -> [QuotaJournal.Restored] {
        let journal = open(boot: boot, capacity: capacity)
        #expect(journal.status.state == .ready)
        #expect(journal.status.problem == nil)
        defer { #expect(journal.takeRestored() == [], "only once") }
        return journal.takeRestored()
    }

    @Test func aRestartFindsTheLastWindowWithRealAmounts() {
        do {
            let journal = open()
            #expect(journal.takeRestored() == [])
            _ = journal.append(bucket: QuotaJournal.bucketKey("甲"), amount: 99)
            clock.advance(30)
            let entries = journal.append([charge("rpm", 1), charge("tpm", 500), charge("back", 7)])
            #expect(entries.map(\.bucket) == ["rpm", "tpm", "back"].map(QuotaJournal.bucketKey))
            clock.advance(20)
            journal.settle(entries[1], amount: 120)
            journal.settle(entries[2], amount: 0)
        }
        clock.advance(5)
        let both = [
            restored("甲", 99, age: .seconds(55)), restored("rpm", 1, age: .seconds(25)),
            restored("tpm", 120, age: .seconds(25)),
        ]
        #expect(reopen() == both)
        clock.advance(10)
        #expect(reopen().map(\.amount) == [1, 120], "the oldest is out of the window")
        #expect(reopen(capacity: 1_024).map(\.amount) == [1, 120], "another size changes the file, not what it knows")
    }

    @Test func anotherBootAndAClockThatWentBackCountAsJustNow() {
        do {
            let journal = open()
            _ = journal.append(bucket: QuotaJournal.bucketKey("old"), amount: 1)
            clock.advance(50)
            _ = journal.append(bucket: QuotaJournal.bucketKey("new"), amount: 2)
        }
        clock.advance(3_600)
        let other = BootID(high: 3, low: 4)
        #expect(reopen(boot: other) == [restored("old", 1, age: .seconds(50)), restored("new", 2, age: .zero)])
        clock.set(clock.now - 20_000_000_000)
        #expect(reopen(boot: other).map(\.age) == [.seconds(50), .zero], "the clock is before the last record")
        clock.advance(15)
        #expect(reopen(boot: other) == [restored("new", 2, age: .seconds(15))], "from then on time passes as usual")
    }

    @Test func theRingKeepsTheLastOnesAndSaysWhenItIsTooSmall() {
        do {
            let journal = open()
            let first = journal.append(bucket: 1, amount: 1)
            for number in 2...512 { _ = journal.append(bucket: UInt64(number), amount: UInt64(number)) }
            #expect(journal.overruns == 0)
            for number in 513...600 { _ = journal.append(bucket: UInt64(number), amount: UInt64(number)) }
            #expect(journal.overruns == 256)
            journal.settle(first, amount: 9_999)
            let many = (601...1_800).map { QuotaJournal.Charge(bucket: UInt64($0), amount: UInt64($0)) }
            #expect(journal.append(many).map(\.bucket) == many.map(\.bucket), "more than the ring holds, in one go")
            clock.advance(100)
            let before = journal.overruns
            for number in 1_801...2_100 { _ = journal.append(bucket: UInt64(number), amount: UInt64(number)) }
            #expect(journal.overruns == before, "what it overwrote was over")
        }
        #expect(reopen().map(\.amount) == Array(1_801...2_100))
    }

    @Test func largeAmountsAreKeptAsTheLargest() {
        do { _ = open().append(bucket: 1, amount: .max) }
        #expect(reopen().map(\.amount) == [UInt64(UInt32.max)])
    }

    @Test func tornAndCorruptedRecordsAreLeftOutAndSaid() throws {
        do {
            let journal = open()
            for number in 1...10 { _ = journal.append(bucket: UInt64(number), amount: 1) }
        }
        try directory.overwrite("quota.journal", at: 32 * 3 + 5, with: [0xff])
        try directory.overwrite("quota.journal", at: 32 * 7, with: [UInt8](repeating: 0, count: 16))
        try directory.overwrite("quota.journal", at: 32 * 200, with: [1])
        let journal = open()
        #expect(journal.takeRestored().map(\.bucket) == [1, 2, 4, 5, 6, 8, 9, 10])
        #expect(journal.status.state == .ready)
        #expect(journal.status.problem == "\(directory("quota.journal")): 3 damaged records were left out")
    }

    @Test(arguments: [0, 7, 20, 30]) func aDamagedHeaderForgetsEverythingAndSaysSo(offset: Int) throws {
        do { _ = open().append(bucket: 1, amount: 1) }
        try directory.overwrite("quota.journal", at: offset, with: [0xff])
        do {
            let journal = open()
            #expect(journal.takeRestored() == [])
            #expect(journal.status.problem?.contains("header is damaged") == true)
            _ = journal.append(bucket: 2, amount: 2)
        }
        #expect(reopen().map(\.bucket) == [2], "and works from then on")
    }

    @Test func aTruncatedFileGivesWhatItHas() throws {
        do {
            let journal = open()
            for number in 1...10 { _ = journal.append(bucket: UInt64(number), amount: 1) }
        }
        try #require(truncate(directory("quota.journal"), 32 * 5 + 9) == 0)
        do {
            let journal = open()
            #expect(journal.takeRestored().map(\.bucket) == [1, 2, 3, 4])
            for number in 11...200 { _ = journal.append(bucket: UInt64(number), amount: 1) }
        }
        #expect(reopen().count == 194)
        try #require(truncate(directory("quota.journal"), 0) == 0)
        #expect(open().status.problem?.contains("is empty") == true)
    }

    @Test func aSecondDaemonIsKeptAway() {
        let first = open()
        let second = open()
        #expect(second.status.state == .disabled)
        #expect(second.status.problem?.contains("another process uses it") == true)
        let entry = second.append(bucket: 1, amount: 1)
        second.settle(entry, amount: 2)
        #expect(second.status.lost == 2, "the request goes on without")
        #expect(first.status.state == .ready)
    }

    @Test func aMissingFolderIsSaidAndCostsNoRequest() {
        let journal = QuotaJournal(path: directory("missing/quota.journal"))
        #expect(journal.status.state == .disabled)
        #expect(journal.append(bucket: 7, amount: 1).bucket == 7)
    }

    @Test(.enabled(if: SmallFileSystem.isPossible, "mounting needs root"))
    func aFullDiskIsNoticedAtTheStartAndHarmlessLater() throws {
        let small = try SmallFileSystem(mebibytes: 1)
        do {
            let journal = QuotaJournal(path: small("quota.journal"))
            #expect(journal.status.state == .disabled)
            #expect(journal.status.problem?.hasSuffix("Make room on the file system.") == true)
            _ = journal.append(bucket: 1, amount: 1)
            #expect(journal.status.lost == 1)
        }
        do {
            let journal = QuotaJournal(path: small("quota.journal"), capacity: 1_024)
            small.fill()
            for number in 1...1_024 { _ = journal.append(bucket: UInt64(number), amount: 1) }
            #expect(journal.status.state == .ready)
            #expect(journal.status.lost == 0, "its blocks are all there from the start")
        }
        #expect(QuotaJournal(path: small("quota.journal"), capacity: 1_024).takeRestored().count == 1_024)
    }

    @Test func aWriteThatFailsIsCountedAndTheNextOneMayWork() async {
        await #expect(processExitsWith: .success) { [path = directory.path as String] in
            let journal = QuotaJournal(path: "\(path)/quota.journal", capacity: 1_024)
            limitFileSize(to: 32 * 11)
            for number in 1...15 { _ = journal.append(bucket: UInt64(number), amount: 1) }
            #expect(journal.status.state == .disabled)
            #expect(journal.status.lost == 5)
            #expect(journal.status.problem?.contains("cannot write: File too large") == true)
            limitFileSize(to: 1 << 30)
            _ = journal.append(bucket: 16, amount: 1)
            #expect(journal.status.state == .ready)
        }
        #expect(
            QuotaJournal(path: directory("quota.journal"), capacity: 1_024).takeRestored().map(\.bucket) == [
                1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16,
            ])
    }
}
