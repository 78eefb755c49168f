import Glibc
import TestSupport
import Testing

@testable import LLMGWStorage

/// Real processes that are killed while they write. Each says what it knows to be written in a file of its own, after the fact, so
/// that whatever that file says must be in the journal.
@Suite("Quota journal after kill -9")
struct QuotaJournalKillTests {
    @Test func everyAcknowledgedChargeIsRestoredInTwentyRounds() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        var acknowledged: UInt64 = 0
        for round in 1...20 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, acknowledged = acknowledged as UInt64] in
                try writeUntilKilled(path: path, from: acknowledged)
            }
            let last = try Acknowledgement.read(path)
            #expect(last > acknowledged, "round \(round) wrote something")
            acknowledged = last
            let journal = QuotaJournal(path: "\(path)/quota.journal", capacity: 1 << 18, window: .seconds(600))
            #expect(journal.status.state == .ready)
            #expect(journal.status.problem == nil, "no record is torn")
            // Charge n takes n from bucket n; every third was settled with n + 1.
            // One that was written and not acknowledged is written again in the next round.
            let amounts = Dictionary(journal.takeRestored().map { ($0.bucket, $0.amount) }) { $1 }
            var wrong = 0
            for number in 1...acknowledged where amounts[number] != (number % 3 == 0 ? number + 1 : number) {
                wrong += 1
            }
            #expect(wrong == 0, "round \(round)")
            #expect(UInt64(amounts.count) <= acknowledged + 1, "at most one was written and not yet acknowledged")
        }
    }
}

private func writeUntilKilled(path: String, from first: UInt64) throws {
    let journal = QuotaJournal(path: "\(path)/quota.journal", capacity: 1 << 18, window: .seconds(600))
    let acknowledgement = try Acknowledgement(path)
    guard journal.status.state == .ready else { exit(3) }
    var number = first + 1
    while true {
        // One is finished before anything can die.
        if number == first + 2 { killAfter(microseconds: UInt32.random(in: 100...20_000)) }
        let entry = journal.append(bucket: number, amount: number)
        if number % 3 == 0 { journal.settle(entry, amount: number + 1) }
        acknowledgement.write(number)
        number += 1
    }
}
