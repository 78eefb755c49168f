/// One record of the journal: what one reservation took from one bucket, and when. 32 bytes, so that none crosses a page.
struct QuotaRecord: Hashable {
    static let size = 32

    /// From 1 upward; decides the place in the ring. 0 marks a place that was never written.
    var sequence: UInt64
    /// Nanoseconds of CLOCK_BOOTTIME, which no change of the wall clock moves. Comparable within the boot of the file's header.
    var time: UInt64
    var bucket: UInt64
    /// Larger amounts do not occur; they would be kept as the largest.
    var amount: UInt32

    /// `seed` ties the record to its file.
    func encode(into bytes: UnsafeMutableRawBufferPointer, seed: UInt64) {
        bytes.storeBytes(of: sequence.littleEndian, toByteOffset: 0, as: UInt64.self)
        bytes.storeBytes(of: time.littleEndian, toByteOffset: 8, as: UInt64.self)
        bytes.storeBytes(of: bucket.littleEndian, toByteOffset: 16, as: UInt64.self)
        bytes.storeBytes(of: amount.littleEndian, toByteOffset: 24, as: UInt32.self)
        let checksum = Checksum.of(UnsafeRawBufferPointer(rebasing: bytes[..<28]), seed: seed)
        bytes.storeBytes(of: UInt32(truncatingIfNeeded: checksum).littleEndian, toByteOffset: 28, as: UInt32.self)
    }

    enum Decoded: Hashable {
        case record(QuotaRecord)
        case empty
        /// Torn or corrupted.
        case damaged
    }

    static func decode(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> Decoded {
        let record = QuotaRecord(
            sequence: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
            time: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
            bucket: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
            amount: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt32.self)))
        let stored = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 28, as: UInt32.self))
        if record.sequence == 0, bytes.allSatisfy({ $0 == 0 }) { return .empty }
        let checksum = Checksum.of(UnsafeRawBufferPointer(rebasing: bytes[..<28]), seed: seed)
        return record.sequence > 0 && stored == UInt32(truncatingIfNeeded: checksum) ? .record(record) : .damaged
    }
}
