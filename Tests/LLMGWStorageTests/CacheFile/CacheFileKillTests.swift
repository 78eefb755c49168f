import Glibc
import TestSupport
import Testing

@testable import LLMGWStorage

/// Real processes that are killed while they write, purge and checkpoint.
@Suite("Cache file after kill -9")
struct CacheFileKillTests {
    @Test func everyEntryIsWholeAndWhatWasPurgedStaysAway() async throws {
        let directory = try TemporaryDirectory()
        var seen = 0
        for round in 1...10 {
            let group = try Int(Acknowledgement.read(directory.path)) / 50 + 1
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = directory.path as String, group = group as Int] in
                try await writeUntilKilled(path: path, from: group)
            }
            let purged = Int(try Acknowledgement.read(directory.path))
            let file = try await openCache(directory)
            #expect(file.status.state == .ready)
            #expect(file.status.problem == nil)
            #expect(file.status.movedAside == nil)
            let entries = await file.newestEntries(maxBytes: 1 << 30).entries
            seen += entries.count
            #expect(UInt64(entries.count) == UInt64(file.count), "no row is damaged")
            #expect(entries.allSatisfy { $0 == killEntry(Int($0.metadata.created)) }, "round \(round)")
            #expect(entries.allSatisfy { $0.metadata.created >= purged })
            await file.close()
            let check = try SQLiteConnection(path: directory("cache.db"), access: .writer)
            #expect(try check.statement("PRAGMA integrity_check").map { $0.text(0) } == ["ok"])
        }
        #expect(seen > 0, "on a busy machine a round may end before its first commit, but not every one")
    }
}

/// Its number is its time, its key and its body's seed.
private func killEntry(_ number: Int) -> CacheFileEntry {
    var entry = entry(
        number, scope: "uid:\(number / 50)", tags: ["轮"],
        body: (0..<number * 37 % 6_000).map { UInt8(truncatingIfNeeded: $0 &* number) })
    entry.metadata.created = Int64(number)
    return entry
}

/// Writes groups of 50 and purges the one before last, by its scope.
private func writeUntilKilled(path: String, from first: Int) async throws {
    let file = try CacheFile(.init(path: "\(path)/cache.db"))
    let acknowledgement = try Acknowledgement(path)
    guard await eventually({ file.status.state == .ready }) else { exit(3) }
    // Something is committed before anything can die.
    file.write(killEntry(first * 50))
    guard await file.reads(killEntry(first * 50)) else { exit(3) }
    var group = first
    killAfter(microseconds: UInt32.random(in: 1_000...200_000))
    while true {
        for number in group * 50..<(group + 1) * 50 { file.write(killEntry(number)) }
        if group > 2 {
            _ = try await file.purge(.scope("uid:\(group - 2)"), epoch: UInt32(group))
            acknowledgement.write(UInt64(group - 1) * 50)
        }
        group += 1
    }
}
