import TestSupport
import Testing

@testable import LLMGWStorage

@Suite("Quota record")
struct QuotaRecordTests {
    private let seed: UInt64 = 77

    private func bytes(_ record: QuotaRecord) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: QuotaRecord.size)
        bytes.withUnsafeMutableBytes { record.encode(into: $0, seed: seed) }
        return bytes
    }

    private func decode(_ bytes: [UInt8], seed: UInt64? = nil) -> QuotaRecord.Decoded {
        bytes.withUnsafeBytes { QuotaRecord.decode($0, seed: seed ?? self.seed) }
    }

    private let record = QuotaRecord(sequence: 0x0102_0304_0506_0708, time: .max, bucket: 9, amount: .max)

    @Test func comesBackAsItWas() {
        #expect(decode(bytes(record)) == .record(record))
        #expect(bytes(record).prefix(8) == [8, 7, 6, 5, 4, 3, 2, 1])
    }

    @Test func everyFlippedBitAndEveryTornWriteIsNoticed() {
        let whole = bytes(record)
        for bit in 0..<whole.count * 8 {
            var flipped = whole
            flipped[bit / 8] ^= 1 << (bit % 8)
            #expect(decode(flipped) == .damaged)
        }
        let next = bytes(QuotaRecord(sequence: 0x0902_0304_0506_0709, time: 1, bucket: 8, amount: 7))
        for length in 1..<whole.count where whole[..<length] != next[..<length] && whole[length...] != next[length...] {
            #expect(decode(Array(next[..<length] + whole[length...])) == .damaged)
        }
    }

    @Test func anEmptyPlaceIsNoDamageAndAnotherFilesRecordIs() {
        #expect(decode([UInt8](repeating: 0, count: 32)) == .empty)
        #expect(decode(bytes(record), seed: 78) == .damaged)
    }
}
