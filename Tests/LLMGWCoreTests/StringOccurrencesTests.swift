import LLMGWCore
import Testing

@Suite("Occurrences of a text")
struct StringOccurrencesTests {
    @Test(
        "Every occurrence is replaced, and nothing else",
        arguments: [
            ("", "a", ""), ("a", "a", "*"), ("aaa", "aa", "*a"), ("xaxbx", "x", "*a*b*"), ("aab", "ab", "a*"),
            ("没有", "钥匙", "没有"), ("钥匙在钥匙里", "钥匙", "*在*里"), ("abc", "", "abc"),
            // The e with its accent is one character; the secret before it is found all the same.
            ("key\u{301}.", "key", "*\u{301}."),
        ])
    func replaced(text: String, pattern: String, expected: String) {
        let result = text.replacing(bytesOf: pattern, with: "*")
        #expect(Array(result.utf8) == Array(expected.utf8))
        #expect(text.contains(bytesOf: pattern) == (Array(text.utf8) != Array(expected.utf8)))
    }
}
