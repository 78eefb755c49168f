import Testing

@testable import LLMGWStorage

@Suite("Checksum")
struct ChecksumTests {
    /// From the reference implementation of XXH64.
    @Test(
        arguments: [
            ("", 0xef46_db37_51d8_e999), ("a", 0xd24e_c4f1_a98c_6e5b), ("abc", 0x44bc_2cf5_ad77_0999),
            ("12345678", 0xd2d0_2f08_cf7c_fd4a),
            ("Zoë fährt nach 上海。", 0x2914_b1a8_0d74_f23c),
            ("The quick brown fox jumps over 13 lazy dogs", 0xf4b0_555e_30dc_f991),
            ("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef!?", 0xa4ed_b424_06d5_ddda),
        ] as [(String, UInt64)])
    func agreesWithTheReference(text: String, checksum: UInt64) {
        #expect(Checksum.of(Array(text.utf8)) == checksum)
    }

    @Test func aSeedChangesIt() {
        #expect(Checksum.of(Array("正文".utf8), seed: 42) == 0x2258_7c42_a34a_ffde)
    }

    @Test func noticesEveryFlippedBit() {
        let bytes = (0..<77).map { UInt8($0) }
        let checksum = Checksum.of(bytes)
        for bit in 0..<bytes.count * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << (bit % 8)
            #expect(Checksum.of(flipped) != checksum)
        }
    }
}
