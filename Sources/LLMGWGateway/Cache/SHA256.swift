import CCrypto
import LLMGWPolicy

/// SHA-256, by the library that libcurl brings along. One digest after the other; confined to whoever owns it.
final class SHA256 {
    private let algorithm: OpaquePointer
    private let context: OpaquePointer

    init() {
        guard let algorithm = EVP_MD_fetch(nil, "SHA256", nil), let context = EVP_MD_CTX_new() else {
            preconditionFailure("libcrypto has SHA-256, and there is memory for it")
        }
        self.algorithm = algorithm
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
        EVP_MD_free(algorithm)
    }

    func begin() { check(EVP_DigestInit_ex2(context, algorithm, nil)) }

    func update(_ bytes: [UInt8]) { check(EVP_DigestUpdate(context, bytes, bytes.count)) }

    /// With its length before it, so that two fields cannot be taken for two others.
    func update(field bytes: some Collection<UInt8>) {
        update(number: UInt64(bytes.count))
        update(Array(bytes))
    }

    func update(number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { check(EVP_DigestUpdate(context, $0.baseAddress, $0.count)) }
    }

    func end() -> CacheKey {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) {
            check(EVP_DigestFinal_ex(context, $0.assumingMemoryBound(to: UInt8.self).baseAddress, nil))
        }
        return CacheKey(words: (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian))
    }

    private func check(_ result: Int32) { precondition(result == 1, "hashing does not fail") }
}
