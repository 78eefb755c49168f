import TestSupport

/// How bytes arrive.
enum Split: Sendable, CaseIterable {
    case whole, byteByByte, random1, random2, random3

    func chunks(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        switch self {
        case .whole: [bytes[...]]
        case .byteByByte: bytes.indices.map { bytes[$0...$0] }
        case .random1: random(bytes, seed: 1, longest: 7)
        case .random2: random(bytes, seed: 2, longest: 60)
        case .random3: random(bytes, seed: 3, longest: 100_000)
        }
    }

    private func random(_ bytes: [UInt8], seed: UInt64, longest: Int) -> [ArraySlice<UInt8>] {
        var random = SeededRandom(seed: seed)
        var chunks: [ArraySlice<UInt8>] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 1...longest, using: &random))
            chunks.append(bytes[start..<end])
            start = end
        }
        return chunks
    }
}

extension ArraySlice<UInt8> {
    /// `withUnsafeBytes`, with the error's type kept.
    func withRawBytes<E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> Void) throws(E) {
        try withUnsafeBufferPointer { bytes throws(E) in try body(UnsafeRawBufferPointer(bytes)) }
    }
}
