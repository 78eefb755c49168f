import Glibc
import LLMGWCore
import LLMGWStorage

func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Measures the storage layer by itself: `storage-bench DIRECTORY`, an empty directory on the file system in question.
@main
struct StorageBenchmark {
    private let directory: String

    static func main() async throws {
        guard CommandLine.arguments.count == 2 else {
            print("usage: storage-bench DIRECTORY (an empty one, on the file system to measure)")
            exit(2)
        }
        let benchmark = StorageBenchmark(directory: CommandLine.arguments[1])
        let result = await withCheckedContinuation { continuation in
            // As the gateway starts its work, so that what waits is resumed on the loop itself.
            GatewayLoop.start {
                do {
                    try await benchmark.run()
                    continuation.resume(returning: Result<Void, any Error>.success(()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        try result.get()
    }

    @GatewayLoop
    private func run() async throws {
        print("| operation | p50, µs | p99, µs | p99.9, µs | samples |\n|---|---|---|---|---|")
        journal()
        let figures = try await ledger() + cache()
        print("\n| figure | value |\n|---|---|")
        for (name, value) in figures { print("| \(name) | \(value) |") }
    }

    private func journal() {
        let journal = QuotaJournal(path: "\(directory)/quota.journal")
        precondition(journal.status.state == .ready, journal.status.problem ?? "")
        var (one, five, settled) = (Measurement(), Measurement(), Measurement())
        let charges = (1...5).map { QuotaJournal.Charge(bucket: UInt64($0), amount: 1_000) }
        for _ in 0..<200_000 {
            var entry: QuotaJournal.Entry?
            one.time { entry = journal.append(bucket: 1, amount: 1_000) }
            five.time { _ = journal.append(charges) }
            if let entry { settled.time { journal.settle(entry, amount: 900) } }
        }
        one.report("journal: append one charge")
        five.report("journal: append five charges")
        settled.report("journal: settle")
    }

    @GatewayLoop
    private func ledger() async throws -> [(String, String)] {
        let ledger = try UsageLedger(.init(path: "\(directory)/ledger.db"))
        let count = 300_000
        var append = Measurement()
        let start = now()
        for number in 0..<count {
            let record = UsageRecord(
                time: 1_795_219_200_000 + Int64(number) * 1_000, uid: 1_000 + UInt32(number % 8),
                client: "client-\(number % 8)", operation: "Chat", model: "model-\(number % 5)",
                provider: "provider-\(number % 3)", deployment: "deployment-\(number % 6)", inputTokens: 1_000,
                outputTokens: 200, cost: UsageCost(micros: 1_234, currency: "USD"), outcome: "ok", attempts: 1,
                duration: 800_000, queued: 10, firstContent: 200_000)
            append.time { ledger.append(record) }
            // A query waits for what was appended before it, so that the queue never overflows.
            if number % 5_000 == 4_999 { _ = try await ledger.records(UsageQuery(), limit: 1) }
        }
        let rate = UInt64(count) * 1_000_000_000 / (now() - start)
        precondition(ledger.status.refused == 0)
        append.report("ledger: append, on the loop")
        var query = Measurement()
        for _ in 0..<20 {
            let start = now()
            _ = try await ledger.totals(UsageQuery(), by: [.client, .model, .provider, .day])
            query.add(now() - start)
        }
        query.report("ledger: sums of \(count) calls by client, model, provider and day")
        await ledger.close()
        return [("ledger: records a second, committed with fsync", "\(rate)")]
    }

    @GatewayLoop
    private func cache() async throws -> [(String, String)] {
        var figures: [(String, String)] = []
        let count = 100_000
        var file = try await openCache()
        let start = now()
        for number in 0..<count {
            while !file.write(entry(number)) { await Task.yield() }
            // A read behind the queue would measure the queue; so each stretch is let through first.
            if number % 20_000 == 19_999 { while await file.read(key(number)) == nil {} }
        }
        figures.append(
            ("cache: entries of 1 kB written a second", "\(UInt64(count) * 1_000_000_000 / (now() - start))"))
        await reads(file, count, "cache: read by key")
        let writes = Task { @GatewayLoop [file] in
            var number = count
            while !Task.isCancelled {
                file.write(entry(number))
                number += 1
                if number % 20 == 0 { try? await Task.sleep(for: .milliseconds(1)) }
            }
        }
        await reads(file, count, "cache: read by key while 20,000 a second are written")
        writes.cancel()
        await writes.value
        await file.close()

        let opening = now()
        file = try await openCache()
        figures.append(("cache: open and check 100,000 entries, ms", milliseconds(since: opening)))
        let first = now()
        let newest = await file.read(key(count - 1))
        precondition(newest != nil)
        figures.append(("cache: first read after that, ms", milliseconds(since: first)))
        let listing = now()
        var listed = 0
        var page = await file.newestMetadata(limit: 1_000)
        while listed < count, !page.metadata.isEmpty {
            listed += page.metadata.count
            page = await file.newestMetadata(before: page.next, limit: 1_000)
        }
        figures.append(("cache: list the newest \(listed), ms", milliseconds(since: listing)))
        let loading = now()
        var loaded = 0
        var bodies = await file.newestEntries(maxBytes: 256 << 10)
        while loaded < count, !bodies.entries.isEmpty {
            loaded += bodies.entries.count
            bodies = await file.newestEntries(before: bodies.next, maxBytes: 256 << 10)
        }
        figures.append(("cache: load the newest \(loaded) with their bodies, ms", milliseconds(since: loading)))
        let purging = now()
        let purged = try await file.purge(.model("model-1"), epoch: 1)
        figures.append(("cache: purge \(purged) by model, ms", milliseconds(since: purging)))
        await file.close()
        return figures
    }

    @GatewayLoop
    private func openCache() async throws -> CacheFile {
        let file = try CacheFile(.init(path: "\(directory)/cache.db"))
        while file.status.state == .opening { try await Task.sleep(for: .milliseconds(1)) }
        precondition(file.status.state == .ready, file.status.problem ?? "")
        return file
    }

    @GatewayLoop
    private func reads(_ file: CacheFile, _ count: Int, _ name: String) async {
        var read = Measurement()
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50_000 {
            let key = key(Int.random(in: 0..<count, using: &random))
            let start = now()
            let entry = await file.read(key)
            read.add(now() - start)
            precondition(entry?.body.count == 1_024)
        }
        read.report(name)
    }

    private func entry(_ number: Int) -> CacheFileEntry {
        CacheFileEntry(
            metadata: CacheFileMetadata(
                key: key(number), scope: "uid:\(1_000 + number % 8)", model: "model-\(number % 5)", tags: ["bench"],
                created: 1_795_219_200_000, expires: 1_795_222_800_000, staleUntil: 4_000_000_000_000, epoch: 0, size: 0
            ),
            body: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 1_024))
    }

    private func key(_ number: Int) -> [UInt8] {
        var word = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
        return (0..<4).flatMap { _ in
            word = (word ^ (word >> 31)) &* 0xBF58_476D_1CE4_E5B9
            return withUnsafeBytes(of: word, Array.init)
        }
    }

    private func milliseconds(since start: UInt64) -> String { microseconds((now() - start) / 1_000) }
}
