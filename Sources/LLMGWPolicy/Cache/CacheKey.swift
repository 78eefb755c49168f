/// What an answer is stored under: a SHA-256 digest of everything that decides the answer.
public struct CacheKey: Sendable, Hashable, CustomStringConvertible {
    /// 32 bytes, as four words in the digest's order.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    public init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }

    /// The digest's 32 bytes.
    public init?(bytes: some Sequence<UInt8>) {
        var words: [UInt64] = [0, 0, 0, 0]
        var count = 0
        for byte in bytes {
            guard count < 32 else { return nil }
            words[count / 8] = words[count / 8] << 8 | UInt64(byte)
            count += 1
        }
        guard count == 32 else { return nil }
        self.words = (words[0], words[1], words[2], words[3])
    }

    /// From its 64 hexadecimal digits.
    public init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: 64, by: 2) {
            guard let byte = UInt8(String(decoding: digits[start..<start + 2], as: UTF8.self), radix: 16),
                digits[start] != UInt8(ascii: "+")
            else { return nil }
            bytes.append(byte)
        }
        self.init(bytes: bytes)
    }

    /// The digest is uniform already: any eight bytes of it are as good as a hash of all.
    public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    public static func == (a: CacheKey, b: CacheKey) -> Bool { a.words == b.words }

    /// Stands for the key where rare confusion does no harm.
    var fingerprint: UInt64 { words.1 }
    var shard: UInt8 { UInt8(truncatingIfNeeded: words.2) }

    public var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
        }
    }

    public var description: String {
        let words = words
        return String(unsafeUninitializedCapacity: 64) { text in
            for (index, word) in [words.0, words.1, words.2, words.3].enumerated() {
                for place in 0..<16 {
                    let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * place)) & 0xF
                    text[16 * index + place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                }
            }
            return 64
        }
    }
}
