import Glibc
import TestSupport
import Testing

@testable import LLMGWStorage

/// Real processes that are killed while they write.
@Suite("Usage ledger after kill -9")
struct UsageLedgerKillTests {
    @Test func whatAQueryHasSeenIsThereAndTheFileIsSound() async throws {
        let directory = try TemporaryDirectory()
        for round in 1...10 {
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String] in
                try await writeUntilKilled(path: path)
            }
            let acknowledged = try Acknowledgement.read(directory.path)
            #expect(acknowledged > 0)
            let ledger = try UsageLedger(.init(path: directory("ledger.db")))
            let calls = try #require(try await ledger.totals(UsageQuery()).first?.calls)
            #expect(calls >= acknowledged, "round \(round)")
            #expect(ledger.status.problem == nil)
            await ledger.close()
            let check = try SQLiteConnection(path: directory("ledger.db"), access: .writer)
            #expect(try check.statement("PRAGMA integrity_check").map { $0.text(0) } == ["ok"])
        }
    }
}

private func writeUntilKilled(path: String) async throws {
    let ledger = try UsageLedger(.init(path: "\(path)/ledger.db"))
    let acknowledgement = try Acknowledgement(path)
    // Opened and committed before anything can die.
    ledger.append(usage(0))
    acknowledgement.write(UInt64(try await ledger.totals(UsageQuery()).first?.calls ?? 0))
    killAfter(microseconds: UInt32.random(in: 500...60_000))
    while true {
        for number in 0..<200 { ledger.append(usage(number)) }
        acknowledgement.write(UInt64(try await ledger.totals(UsageQuery()).first?.calls ?? 0))
    }
}
