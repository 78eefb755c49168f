import Glibc
import LLMGWCore

/// What the quota's buckets gave away in the last window, in a file that survives `kill -9`.
///
/// A ring of fixed-size records in a file that has its whole size from the start. `append` writes to the page cache before the request is
/// sent, without waiting for the disk: the death of the process loses nothing, a power failure may lose the last seconds. It
/// never fails a request: what could not be written is counted in `status`. Belongs to one thread, the gateway loop's.
public final class QuotaJournal {
    /// What to take from a bucket.
    public struct Charge: Sendable, Hashable {
        public var bucket: UInt64
        public var amount: UInt64

        public init(bucket: UInt64, amount: UInt64) {
            self.bucket = bucket
            self.amount = amount
        }
    }

    /// A charge that was written, to be settled with its real amount.
    public struct Entry: Sendable, Hashable {
        fileprivate let sequence: UInt64
        fileprivate let time: UInt64
        public let bucket: UInt64
    }

    /// A charge of an earlier life that may still lie within a window.
    public struct Restored: Sendable, Hashable {
        public var bucket: UInt64
        public var amount: UInt64
        /// How long ago it was at least: exact, unless the machine was started anew since.
        public var age: Duration
    }

    /// The key of a bucket's name. Two names share one by an accident of 1 in 10^19, and then share their restored charges.
    public static func bucketKey(_ name: String) -> UInt64 {
        var name = name
        return name.withUTF8 { Checksum.of(UnsafeRawBufferPointer($0)) }
    }

    /// Records that are remembered together for noticing an overrun.
    private static let block = 256

    public private(set) var status: StorageStatus
    /// Charges that were overwritten though their window was not over: the ring is too small for the traffic, and a restart would forget
    /// them.
    public private(set) var overruns: UInt64 = 0

    /// Whether what was found was written since the machine started, so that its ages are exact.
    public private(set) var isOfThisBoot = true

    /// Whether records were overwritten by later ones.
    public var hasWrapped: Bool { nextSequence > UInt64(capacity) + 1 }

    private let capacity: Int
    private let window: UInt64
    private let clock: @Sendable () -> UInt64
    private var file: QuotaJournalFile?
    private var restored: [Restored] = []
    private var nextSequence: UInt64 = 1
    private var blockTimes: [UInt64]
    private let buffer: UnsafeMutableRawBufferPointer

    /// Opens or creates the file, and reads what is in it: milliseconds.
    ///
    /// - Parameters:
    ///   - capacity: Records of 32 bytes, in whole blocks of 256, at least two. It should hold all charges of a window at
    ///     the highest rate; see `overruns`.
    ///   - window: The longest window of a bucket, with its guard. Longer ones (days) are the ledger's.
    public convenience init(path: String, capacity: Int = 1 << 17, window: Duration = .seconds(61)) {
        self.init(
            path: path, capacity: capacity, window: window, boot: BootID.current(), clock: QuotaJournalFile.bootTime)
    }

    init(path: String, capacity: Int, window: Duration, boot: BootID, clock: @escaping @Sendable () -> UInt64) {
        precondition(
            capacity >= 2 * Self.block && capacity % Self.block == 0 && capacity < 1 << 31,
            "a journal of \(capacity) records")
        self.capacity = capacity
        self.window = UInt64(max(0, window.wholeNanoseconds))
        self.clock = clock
        status = StorageStatus(path: path)
        blockTimes = Array(repeating: 0, count: capacity / Self.block)
        buffer = .allocate(byteCount: Self.block * QuotaRecord.size, alignment: 8)
        do throws(SQLiteError) {
            let now = clock()
            let opened = try QuotaJournalFile.open(
                path: path, header: QuotaJournalHeader(boot: boot, capacity: UInt32(capacity)), now: now,
                window: self.window)
            file = opened.file
            nextSequence = opened.nextSequence
            status.state = .ready
            status.problem = opened.problem
            status.size = Int64((capacity + 1) * QuotaRecord.size)
            isOfThisBoot = opened.isExact
            restored = opened.entries.map {
                Restored(
                    bucket: $0.bucket, amount: UInt64($0.amount), age: .nanoseconds(Int64(clamping: now - $0.time)))
            }
        } catch {
            status.state = .disabled
            status.problem = error.description
        }
    }

    deinit { buffer.deallocate() }

    /// The charges of an earlier life, the oldest first; at the first call only.
    public func takeRestored() -> [Restored] {
        defer { restored = [] }
        return restored
    }

    public func append(bucket: UInt64, amount: UInt64) -> Entry {
        append(CollectionOfOne(Charge(bucket: bucket, amount: amount)))[0]
    }

    /// All charges of one request, before it is sent: one write, or two at the ring's end.
    public func append(_ charges: some Collection<Charge>) -> [Entry] {
        let now = clock()
        var entries: [Entry] = []
        entries.reserveCapacity(charges.count)
        var first = nextSequence
        var filled = 0
        for charge in charges {
            let place = Int((nextSequence - 1) % UInt64(capacity))
            if place % Self.block == 0 { enterBlock(place / Self.block, now: now) }
            if filled == Self.block || (place == 0 && filled > 0) {
                write(filled, from: first)
                (first, filled) = (nextSequence, 0)
            }
            blockTimes[place / Self.block] = now
            entries.append(Entry(sequence: nextSequence, time: now, bucket: charge.bucket))
            encode(entries[entries.count - 1], charge.amount, at: filled)
            filled += 1
            nextSequence += 1
        }
        if filled > 0 { write(filled, from: first) }
        return entries
    }

    /// Replaces the reserved amount by the real one, at the time of the reservation; 0 gives it back.
    public func settle(_ entry: Entry, amount: UInt64) {
        // Its place belongs to another one by now.
        guard entry.sequence + UInt64(capacity) >= nextSequence else { return }
        encode(entry, amount, at: 0)
        write(1, from: entry.sequence)
    }

    private func encode(_ entry: Entry, _ amount: UInt64, at place: Int) {
        guard let file else { return }
        QuotaRecord(
            sequence: entry.sequence, time: entry.time, bucket: entry.bucket, amount: UInt32(clamping: amount)
        ).encode(
            into: UnsafeMutableRawBufferPointer(rebasing: buffer[(place * QuotaRecord.size)...]),
            seed: file.header.seed)
    }

    private func write(_ count: Int, from sequence: UInt64) {
        guard let file else {
            status.lost += UInt64(count)
            return
        }
        if let problem = file.write(UnsafeRawBufferPointer(buffer), count: count, from: sequence) {
            status.state = .disabled
            status.problem = problem.description
            status.lost += UInt64(count)
        } else if status.state != .ready {
            status.state = .ready
        }
    }

    private func enterBlock(_ block: Int, now: UInt64) {
        let last = blockTimes[block]
        if last > 0, now - min(now, last) < window { overruns += UInt64(Self.block) }
    }
}
