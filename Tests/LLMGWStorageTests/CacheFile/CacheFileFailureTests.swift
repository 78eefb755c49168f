import Glibc
import TestSupport
import Testing

@testable import LLMGWStorage

@Suite("Cache file, failures")
struct CacheFileFailureTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func body(_ number: Int, count: Int = 1_000) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* number) }
    }

    private func write(_ numbers: ClosedRange<Int>, to file: CacheFile) async {
        for number in numbers { #expect(file.write(entry(number, body: body(number)))) }
        #expect(await file.reads(entry(numbers.upperBound, body: body(numbers.upperBound))))
    }

    @Test func evictsTheOldestToStayWithinItsSize() async throws {
        let file = try await openCache(directory, maxBytes: 1 << 20)
        for start in stride(from: 1, through: 4_901, by: 100) { await write(start...start + 99, to: file) }
        let listed = await file.newestMetadata(limit: 10_000).metadata
        #expect(listed.count > 500)
        #expect(listed.map(\.key) == (0..<listed.count).map { key(5_000 - $0) }, "the newest, without gaps")
        await file.close()
        #expect(file.status.size <= 1 << 20)
        #expect(try directory.contents("cache.db").count < 3 << 19)
    }

    @Test func aDamagedRowIsAMissAndIsDeleted() async throws {
        var file = try await openCache(directory)
        await write(1...3, to: file)
        await file.close()
        do {
            let connection = try SQLiteConnection(path: directory("cache.db"), access: .writer)
            try connection.statement("UPDATE entry SET body = ? WHERE key = ?").run(.blob(body(9)), .blob(key(2)))
            try connection.statement("UPDATE entry SET key = ? WHERE key = ?").run(.blob(key(7)), .blob(key(3)))
        }
        file = try await openCache(directory)
        #expect(await file.read(key(1))?.body == body(1))
        #expect(await file.read(key(2)) == nil)
        #expect(await file.read(key(7)) == nil, "another key's body")
        #expect(await eventually { file.count == 1 })
        #expect(file.status.problem?.contains("row was damaged") == true)
        #expect(await file.newestEntries(maxBytes: 1 << 20).entries.map(\.metadata.key) == [key(1)])
        await file.close()
    }

    @Test func aFileThatIsNoDatabaseIsMovedAside() async throws {
        try directory.overwrite("cache.db", with: body(3, count: 10_000))
        let file = try await openCache(directory)
        #expect(file.status.state == .ready)
        #expect(file.status.movedAside == directory("cache.db.broken-1"))
        await write(1...3, to: file)
        await file.close()
    }

    /// The writer meets it, or the reader and tells the writer: either way both go on with a new file.
    @Test(arguments: [false, true]) func damageThatIsMetWhileWorkingIsMovedAside(whileReading: Bool) async throws {
        var file = try await openCache(directory)
        await write(1...2_000, to: file)
        await file.close()
        let size = try directory.contents("cache.db").count
        file = try await openCache(directory)
        try directory.overwrite("cache.db", at: 4_096, with: [UInt8](repeating: 0x5a, count: size - 4_096))
        #expect(
            await eventually {
                if whileReading {
                    for number in 1...50 { _ = await file.read(key(number)) }
                } else {
                    for number in 1...50 { file.write(entry(number, body: body(number))) }
                }
                return file.status.movedAside != nil
            })
        #expect(await eventually { file.status.state == .ready })
        await write(3_001...3_010, to: file)
        #expect(await file.read(key(1_000)) == nil)
        await file.close()
        file = try await openCache(directory)
        #expect(await file.read(key(3_005))?.body == body(3_005))
        await file.close()
    }

    @Test func aNewerFileIsLeftAlone() async throws {
        do {
            let newer = try SQLiteConnection(path: directory("cache.db"), access: .writer)
            try newer.execute("PRAGMA user_version = 99")
        }
        let file = try await openCache(directory)
        #expect(file.status.state == .disabled)
        #expect(!file.write(entry(1)))
        #expect(await file.read(key(1)) == nil)
        await #expect(throws: StorageError.self) { try await file.purge(.all, epoch: 1) }
        await file.close()
        #expect(directory.names.filter { $0.contains("broken") } == [])
    }

    @Test(.enabled(if: SmallFileSystem.isPossible, "mounting needs root"))
    func aFullDiskSwitchesItOffUntilThereIsRoom() async throws {
        let small = try SmallFileSystem(mebibytes: 4)
        let file = try CacheFile(.init(path: small("cache.db"), retryDelay: .milliseconds(50)))
        #expect(await eventually { file.status.state == .ready })
        await write(1...100, to: file)
        small.fill()
        // Each batch is small enough for what SQLite has allocated already; together they are not.
        #expect(
            await eventually {
                for number in 101...200 { file.write(entry(number, body: body(number))) }
                return file.status.state == .disabled
            })
        #expect(file.status.problem?.contains("Make room on the file system.") == true)
        #expect(await eventually { file.status.lost > 0 })
        #expect(await file.read(key(1)) == nil, "a miss, and no error")
        small.makeRoom()
        #expect(await eventually { file.status.state == .ready })
        await write(201...210, to: file)
        #expect(await file.read(key(1))?.body == body(1), "what was there is there again")
        await file.close()
    }

    @Test func aPurgeThatTheDiskRefusedIsDoneWhenItIsBack() async throws {
        await #expect(processExitsWith: .success) { [path = directory.path as String] in
            let file = try CacheFile(.init(path: "\(path)/cache.db", retryDelay: .milliseconds(50)))
            #expect(await eventually { file.status.state == .ready })
            for number in 1...100 { file.write(entry(number, scope: "uid:\(number % 2)")) }
            #expect(await eventually { file.count == 100 })
            limitFileSize(to: 4_096)
            await #expect(throws: StorageError.self) { try await file.purge(.scope("uid:1"), epoch: 1) }
            #expect(file.status.state == .disabled)
            limitFileSize(to: 1 << 30)
            #expect(await eventually { file.status.state == .ready })
            #expect(file.count == 50)
            #expect(await file.read(key(1)) == nil)
            #expect(await file.read(key(2)) != nil)
            #expect(file.write(entry(1, scope: "uid:1", epoch: 0)), "begun before the purge: taken, and dropped")
            #expect(file.write(entry(3, scope: "uid:1", epoch: 1)))
            #expect(await file.reads(entry(3, scope: "uid:1", epoch: 1)))
            #expect(await file.read(key(1)) == nil)
            await file.close()
        }
    }

    @Test func theLogIsMovedIntoTheFileAndStaysSmall() async throws {
        let file = try await openCache(directory)
        for start in stride(from: 1, through: 19_001, by: 1_000) { await write(start...start + 999, to: file) }
        #expect(try directory.contents("cache.db").count > 20_000_000)
        #expect(try directory.contents("cache.db-wal").count < 12_000_000)
        await file.close()
        #expect(!directory.names.contains("cache.db-wal"))
    }

    @Test func refusesWhatItCannotKeep() async throws {
        let file = try await openCache(directory)
        #expect(!file.write(entry(1, tags: ["a\u{1f}b"])))
        #expect(file.write(entry(2, tags: [""])))
        await file.close()
        let small = try CacheFile(.init(path: directory("small.db"), maxBytes: 80_000))
        #expect(await eventually { small.status.state == .ready })
        #expect(!small.write(entry(1, body: body(1, count: 10_001))))
        #expect(small.write(entry(1, body: body(1, count: 10_000))))
        await small.close()
    }
}
