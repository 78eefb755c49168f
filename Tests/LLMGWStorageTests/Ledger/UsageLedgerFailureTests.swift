import Glibc
import TestSupport
import Testing

@testable import LLMGWStorage

@Suite("Usage ledger, failures")
struct UsageLedgerFailureTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func open(_ path: String? = nil, maxPending: Int = 10_000) throws -> UsageLedger {
        try UsageLedger(
            .init(path: path ?? directory("ledger.db"), maxPending: maxPending, retryDelay: .milliseconds(50)))
    }

    @Test func aFileThatIsNoDatabaseIsMovedAside() async throws {
        try directory.overwrite("ledger.db", with: Array(repeating: UInt8(ascii: "x"), count: 8_192))
        let ledger = try open()
        ledger.append(usage(1))
        #expect(try await ledger.totals(UsageQuery()).map(\.calls) == [1])
        let status = ledger.status
        #expect(status.state == .ready)
        #expect(status.movedAside == directory("ledger.db.broken-1"))
        #expect(status.problem?.contains("file is not a database") == true)
        #expect(try directory.contents("ledger.db.broken-1").count == 8_192)
        await ledger.close()
    }

    @Test func damageThatIsMetWhileWorkingIsMovedAside() async throws {
        var ledger = try open()
        // More than SQLite keeps in memory.
        for number in 0..<4_000 { ledger.append(usage(number, deployment: String(repeating: "部", count: 400))) }
        await ledger.close()
        let size = try directory.contents("ledger.db").count
        ledger = try open()
        #expect(try await ledger.totals(UsageQuery()).map(\.calls) == [4_000])
        try directory.overwrite("ledger.db", at: 4_096, with: [UInt8](repeating: 0x5a, count: size - 4_096))
        #expect(
            await eventually {
                for number in 0..<100 { ledger.append(usage(number)) }
                _ = try? await ledger.records(UsageQuery(model: "none"), limit: 1)
                return ledger.status.movedAside != nil
            })
        #expect(ledger.status.state == .ready)
        let calls = try await ledger.totals(UsageQuery()).first?.calls ?? 0
        #expect(calls % 100 == 0, "batches are whole, or not there")
        ledger.append(usage(1))
        #expect(try await ledger.totals(UsageQuery()).map(\.calls) == [calls + 1])
        await ledger.close()
    }

    @Test func aNewerFileIsLeftAlone() async throws {
        do {
            let newer = try SQLiteConnection(path: directory("ledger.db"), access: .writer)
            try newer.execute("PRAGMA user_version = 99")
        }
        let ledger = try open()
        ledger.append(usage(1))
        let error = await #expect(throws: StorageError.self) { try await ledger.totals(UsageQuery()) }
        #expect(error?.kind == .unavailable)
        #expect(ledger.status.state == .disabled)
        #expect(ledger.status.problem?.contains("version 99") == true)
        await ledger.close()
        #expect(ledger.status.lost == 1, "and what was never written is counted")
        #expect(!directory.names.contains { $0.contains("broken") })
    }

    @Test func twoDaemonsDoNotShareAFile() async throws {
        let first = try open()
        #expect(try await first.totals(UsageQuery()) == [])
        let second = try open()
        #expect(await eventually { second.status.state == .disabled })
        #expect(second.status.problem?.contains("another process uses it") == true)
        second.append(usage(1))
        await first.close()
        #expect(await eventually { second.status.state == .ready }, "it tries again by itself")
        #expect(await eventually { (try? await second.totals(UsageQuery()).first?.calls) == 1 })
        await second.close()
    }

    @Test(.enabled(if: SmallFileSystem.isPossible, "mounting needs root"))
    func recordsWaitForAFullDisk() async throws {
        let small = try SmallFileSystem(mebibytes: 2)
        let ledger = try open(small("ledger.db"), maxPending: 500)
        ledger.append(usage(0))
        #expect(try await ledger.totals(UsageQuery()).map(\.calls) == [1])
        small.fill()
        for number in 1...400 { ledger.append(usage(number)) }
        #expect(await eventually { ledger.status.state == .disabled })
        #expect(ledger.status.problem?.contains("Make room on the file system.") == true)
        #expect(ledger.status.lost == 0)
        #expect(await eventually { ledger.figures.waiting == 400 })
        #expect(ledger.status.errors > 0)
        small.makeRoom()
        #expect(await eventually { ledger.status.state == .ready })
        #expect(await eventually { (try? await ledger.totals(UsageQuery()).first?.calls) == 401 })
        #expect(ledger.figures.waiting == 0)

        small.fill()
        for _ in 0..<3 {
            for number in 1...400 { ledger.append(usage(number)) }
            _ = try? await ledger.totals(UsageQuery())
        }
        #expect(ledger.status.lost == 700, "500 of 1200 wait; the oldest are given up")
        small.makeRoom()
        #expect(await eventually { (try? await ledger.totals(UsageQuery()).first?.calls) == 901 })
        await ledger.close()
    }

    @Test func aWriteErrorSwitchesItOffForAWhile() async throws {
        await #expect(processExitsWith: .success) { [path = directory.path as String] in
            let ledger = try UsageLedger(.init(path: "\(path)/ledger.db", retryDelay: .milliseconds(50)))
            ledger.append(usage(0))
            #expect(try await ledger.totals(UsageQuery()).map(\.calls) == [1])
            limitFileSize(to: 16_384)
            for number in 1...500 { ledger.append(usage(number)) }
            #expect(await eventually { ledger.status.state == .disabled })
            #expect(ledger.status.problem?.contains("disk I/O error") == true)
            limitFileSize(to: 1 << 30)
            #expect(await eventually { (try? await ledger.totals(UsageQuery()).first?.calls) == 501 })
            await ledger.close()
        }
    }

    @Test func deletesWhatIsTooOldAndTooMuchAndGivesTheRoomBack() async throws {
        var settings = UsageLedger.Settings(path: directory("ledger.db"), maxAge: .seconds(86_400))
        settings.trimInterval = .milliseconds(10)
        let now = Int64(time(nil)) * 1_000
        var ledger = try UsageLedger(settings)
        for number in 0..<6_000 { ledger.append(usage(number, at: now - 2 * 86_400_000)) }
        #expect(await eventually { (try? await ledger.totals(UsageQuery())) == [] })
        for number in 0..<6_000 { ledger.append(usage(number, at: now)) }
        #expect(await eventually { (try? await ledger.totals(UsageQuery()).first?.calls) == 6_000 })
        await ledger.close()

        settings.maxBytes = 200_000
        ledger = try UsageLedger(settings)
        #expect(await eventually { ((try? await ledger.totals(UsageQuery()).first?.calls) ?? 6_000) < 2_000 })
        await ledger.close()
        #expect(try directory.contents("ledger.db").count < 400_000)
    }
}

func usage(
    _ number: Int, at time: Int64 = 1_795_219_200_000, deployment: String = "openai/gpt"
) -> UsageRecord {
    UsageRecord(
        time: time + Int64(number), uid: 1_000, client: "韩梅梅", operation: "Chat", model: "gpt", provider: "openai",
        deployment: deployment, inputTokens: UInt64(number), outcome: "ok", attempts: 1, duration: 10)
}
