import LLMGWCore
import LLMGWPolicy
import LLMGWStorage
import Logging

/// The cache's disk tier, as the gateway loop sees it: entries in, entries out, nobody waits for the disk but who asked it.
///
/// Errors that are remembered do not go to disk: they are over in a minute.
@GatewayLoop
final class CacheDisk {
    /// What is read; a read that began before a purge is none for who asks after it.
    private struct Place: Hashable {
        let key: CacheKey
        let epoch: PurgeLog.Epoch
    }

    /// One read under way, for all who ask for the same.
    private final class Reading {
        var waiters: [UInt64: CheckedContinuation<CacheEntry?, Never>] = [:]
        /// Somebody has waited for it in vain.
        var isLate = false
    }

    private var file: CacheFile
    private let path: String
    private let maxBytes: Int64
    private let scheduler: any LoopScheduler
    private let clock: CacheClock
    private let onChange: @GatewayLoop (StorageStatus) -> Void
    /// It was told that the file is out of use.
    private var isToldDisabled = false
    /// What was stored while the file was being opened.
    private var early: [CacheFileEntry] = []
    private var readings: [Place: Reading] = [:]
    private var lastWaiter: UInt64 = 0
    /// Reads that are late and have not ended: meanwhile nobody waits for another one.
    private var lateReadings = 0
    private(set) var hits: UInt64 = 0
    private(set) var misses: UInt64 = 0

    /// Nil, and said in the log, where the file cannot be worked with at all.
    /// `onChange` hears when the tier is out of use, and when it is back.
    init?(
        path: String, maxBytes: Int, scheduler: any LoopScheduler, clock: @escaping CacheClock, logger: Logger,
        onChange: @escaping @GatewayLoop (StorageStatus) -> Void = { _ in }
    ) {
        do throws(StorageError) {
            self.file = try CacheFile(CacheFile.Settings(path: path, maxBytes: Int64(maxBytes)))
        } catch {
            logger.error("no disk tier", metadata: ["llmgw-problem": "\(error)"])
            return nil
        }
        self.path = path
        self.maxBytes = Int64(maxBytes)
        self.scheduler = scheduler
        self.clock = clock
        self.onChange = onChange
    }

    /// Nil where it is not there, the tier is out of use or takes too long, or whoever waits for it wants nothing more.
    func read(_ key: CacheKey, _ epoch: PurgeLog.Epoch, for execution: Execution?) async -> CacheEntry? {
        guard lateReadings == 0 else {
            misses += 1
            return nil
        }
        let place = Place(key: key, epoch: epoch)
        let reading = readings[place] ?? begin(place)
        lastWaiter += 1
        let waiter = lastWaiter
        func leave() { reading.waiters.removeValue(forKey: waiter)?.resume(returning: nil) }
        let late = scheduler.now + Self.patience
        let latest = min(late, execution?.deadline ?? .distantFuture)
        let timer = scheduler.schedule(at: latest) {
            if latest == late { self.noteLate(reading) }
            leave()
        }
        execution?.interrupt = { _ in leave() }
        defer {
            timer.cancel()
            execution?.interrupt = nil
        }
        return await withCheckedContinuation { reading.waiters[waiter] = $0 }
    }

    private func begin(_ place: Place) -> Reading {
        let reading = Reading()
        readings[place] = reading
        GatewayLoop.start { [self] in
            await ready(until: scheduler.now + Self.patience)
            let found = await file.read(place.key.bytes)
            let entry = found.flatMap { CacheEntry($0, now: clock(), wallClock: UnixTime.now.milliseconds) }
            if entry == nil { misses += 1 } else { hits += 1 }
            look()
            readings[place] = nil
            if reading.isLate { lateReadings -= 1 }
            let waiters = reading.waiters
            reading.waiters = [:]
            for continuation in waiters.values { continuation.resume(returning: entry) }
        }
        return reading
    }

    private func noteLate(_ reading: Reading) {
        guard !reading.isLate else { return }
        reading.isLate = true
        lateReadings += 1
    }

    func write(_ entry: CacheEntry, epoch: UInt32) {
        guard let stored = entry.fileEntry(epoch: epoch, now: clock(), wallClock: UnixTime.now.milliseconds)
        else { return }
        if file.status.state == .opening {
            if early.count < Self.maxEarly { early.append(stored) }
        } else {
            file.write(stored)
        }
        look()
    }

    /// The file's thread tells nobody by itself: whoever uses the tier looks.
    private func look() {
        let status = file.status
        guard status.state == .disabled || status.state == .ready, (status.state == .disabled) != isToldDisabled else {
            return
        }
        isToldDisabled.toggle()
        onChange(status)
    }

    /// How many entries went, once that is certain to outlive a power failure.
    func purge(_ selector: CacheFileSelector, epoch: UInt32) async throws(GatewayError) -> Int {
        do throws(StorageError) {
            return try await file.purge(selector, epoch: epoch)
        } catch {
            throw GatewayError(.storageFailed, "the cache's file: \(error)")
        }
    }

    /// Hands over what an earlier process stored, the newest first, until `take` has enough. In small pages, so that the loop goes on.
    func warm(_ take: @GatewayLoop (CacheEntry) -> Bool) async {
        await ready(until: .distantFuture)
        for stored in early { file.write(stored) }
        early = []
        var cursor: CacheFile.Cursor?
        repeat {
            let page = await file.newestEntries(before: cursor, maxBytes: Self.pageBytes)
            let (now, wallClock) = (clock(), UnixTime.now.milliseconds)
            for stored in page.entries {
                guard let entry = CacheEntry(stored, now: now, wallClock: wallClock) else { continue }
                if !take(entry) { return }
            }
            cursor = page.next
        } while cursor != nil
    }

    private static let pageBytes = 256 << 10
    private static let maxEarly = 1000
    /// How long a request waits for the file, which may be being opened, before it asks upstream.
    private static let patience = Duration.milliseconds(500)

    /// The file is opened on another thread, which checks it first; that takes a few milliseconds, or longer for a large one.
    private func ready(until latest: MonotonicInstant) async {
        while file.status.state == .opening, scheduler.now < latest {
            await withCheckedContinuation { continuation in
                _ = scheduler.schedule(at: scheduler.now + .milliseconds(5)) { continuation.resume() }
            }
        }
    }

    /// Nothing is found, and nothing kept, from now on: another process may have the file.
    func close() async { await file.close() }

    /// No other process has the file after all.
    func reopen() throws(GatewayError) {
        do throws(StorageError) {
            file = try CacheFile(CacheFile.Settings(path: path, maxBytes: maxBytes))
        } catch {
            throw GatewayError(.storageFailed, "the cache's file: \(error)")
        }
    }

    var figures: StorageFigures { file.figures }

    var status: CacheTierStatus {
        let status = file.status
        let state: CacheTierStatus.State =
            switch status.state {
            case .opening: .opening
            case .ready: .on
            case .disabled: .failed
            case .closed: .off
            }
        let problem = lateReadings > 0 ? "the disk does not answer: requests do not wait for it" : status.problem
        return CacheTierStatus(
            name: .disk, state: state, problem: problem, entries: UInt64(max(0, file.count)),
            bytes: UInt64(max(0, status.size)),
            maxBytes: UInt64(maxBytes), hits: hits, misses: misses, policy: "oldest", path: status.path)
    }
}

extension CacheFileSelector {
    init(_ target: PurgeTarget) {
        switch target {
        case .key(let key): self = .key(key.bytes)
        case .model(let model): self = .model(model)
        case .tag(let tag): self = .tag(tag)
        case .scope(let scope): self = .scope(scope)
        case .all: self = .all
        }
    }
}
