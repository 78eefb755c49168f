import LLMGWJSON

/// A text that is JSON is, written again, the same; and so is its canonical form, where it does not write a large real as a whole number that a
/// double does not hold exactly.
enum JSONTarget {
    static func test(_ input: [UInt8]) {
        if let document = JSONDocument(input) {
            let text = document.value.text
            let again = JSONDocument(Array(text.utf8))
            expect(again?.value.text == text, "a document is another one after it was written")
        }
        input.withUnsafeBytes { bytes in
            guard let form = CanonicalJSON.bytes(bytes) else { return }
            guard let again = form.withUnsafeBytes({ CanonicalJSON.bytes($0) }) else { return }
            expect(again == form, "the canonical form has another canonical form")
        }
        guard let text = String(validating: input, as: UTF8.self) else { return }
        if CallerJSON(text) != nil {
            expect(
                JSONDocument(input) != nil || hasHugeInteger(text) || isDeep(text),
                "only the stricter reader takes the text")
        }
    }

    /// One reader goes deeper than the other.
    private static func isDeep(_ text: String) -> Bool {
        text.utf8.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") } > 1000
    }

    /// Only such a number is read by one and refused by the other.
    private static func hasHugeInteger(_ text: String) -> Bool {
        text.utf8.split { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.contains { $0.count >= 19 }
    }
}
