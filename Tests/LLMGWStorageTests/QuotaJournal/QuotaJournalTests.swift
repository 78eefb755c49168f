import Glibc
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

    private func open(boot: BootID? = nil, capacity: Int = 256) -> QuotaJournal {
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
    private func reopen(boot: BootID? = nil, capacity: Int = 256) -> [QuotaJournal.Restored] {
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
        #expect(reopen(capacity: 512).map(\.amount) == [1, 120], "another size changes the file, not what it knows")
    }
}
