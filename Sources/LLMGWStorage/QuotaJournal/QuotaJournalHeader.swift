/// The first place of the file: which boot of the machine its times belong to.
struct QuotaJournalHeader: Hashable {
    /// "LLMGWQJ1", the last letter being the format's version.
    private static let magic: [UInt8] = Array("LLMGWQJ1".utf8)

    var boot: BootID
    var capacity: UInt32

    /// Another file's records, or an older life's, do not pass for this one's.
    var seed: UInt64 { boot.high ^ boot.low }

    func encode(into bytes: UnsafeMutableRawBufferPointer) {
        bytes.copyBytes(from: Self.magic)
        bytes.storeBytes(of: boot.high.bigEndian, toByteOffset: 8, as: UInt64.self)
        bytes.storeBytes(of: boot.low.bigEndian, toByteOffset: 16, as: UInt64.self)
        bytes.storeBytes(of: capacity.littleEndian, toByteOffset: 24, as: UInt32.self)
        let checksum = Checksum.of(UnsafeRawBufferPointer(rebasing: bytes[..<28]))
        bytes.storeBytes(of: UInt32(truncatingIfNeeded: checksum).littleEndian, toByteOffset: 28, as: UInt32.self)
    }

    /// Nil if it is none, or damaged.
    init?(_ bytes: UnsafeRawBufferPointer) {
        let stored = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 28, as: UInt32.self))
        let checksum = Checksum.of(UnsafeRawBufferPointer(rebasing: bytes[..<28]))
        guard bytes[..<8].elementsEqual(Self.magic), stored == UInt32(truncatingIfNeeded: checksum) else { return nil }
        boot = BootID(
            high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)))
        capacity = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt32.self))
    }

    init(boot: BootID, capacity: UInt32) {
        self.boot = boot
        self.capacity = capacity
    }
}
