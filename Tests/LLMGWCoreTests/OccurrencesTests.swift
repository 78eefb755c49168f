import LLMGWCore
import Testing

@Suite("Text, byte by byte")
struct OccurrencesTests {
    @Test(arguments: [
        ("", "a", ""), ("a", "a", "*"), ("aaa", "aa", "*a"), ("xabay", "ab", "x*ay"), ("键键", "键", "**"),
        ("key\u{301}", "key", "*\u{301}"), ("abc", "abcd", "abc"), ("aab", "ab", "a*"),
    ])
    func replacing(text: String, part: String, expected: String) {
        #expect(Array(text.replacing(bytesOf: part, with: "*").utf8) == Array(expected.utf8))
        #expect(text.contains(bytesOf: part) == (text.utf8.elementsEqual(expected.utf8) == false))
    }

    @Test func nothingOccursNowhere() {
        #expect(!"abc".contains(bytesOf: ""))
        #expect("abc".replacing(bytesOf: "", with: "x") == "abc")
    }
}
