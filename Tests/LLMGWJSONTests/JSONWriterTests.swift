import LLMGWJSON
import TestSupport
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
    private func written(_ body: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter(capacity: 16)
        body(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test func nesting() {
        let text = written { json in
            json.object { json in
                json.key("a")
                json.array([1, 2]) { json, number in
                    json.object { json in
                        json.key("n"); json.integer(number)
                    }
                }
                json.key(text: "键\"")
                json.null()
                json.key("c")
                json.array([Int]()) { _, _ in }
                json.key("d")
                json.bool(true)
                json.key("e")
                json.raw("[ 1 ]")
            }
        }
        #expect(text == #"{"a":[{"n":1},{"n":2}],"键\"":null,"c":[],"d":true,"e":[ 1 ]}"#)
    }

    @Test(
        "What must be escaped is, and nothing else",
        arguments: [
            ("", "\"\""), ("a\"b\\c/", #""a\"b\\c/""#), ("\n\r\t\u{8}\u{1F}\u{0}", #""\n\r\t\u0008\u001f\u0000""#),
            ("你好 👋 \u{7F}\u{2028}", "\"你好 👋 \u{7F}\u{2028}\""),
        ])
    func escapes(text: String, json: String) {
        #expect(written { $0.string(text) } == json)
    }

    @Test("A byte is escaped wherever it is in a word", arguments: 0..<24)
    func places(place: Int) {
        for (byte, escape) in [
            ("\"", #"\""#), ("\\", #"\\"#), ("\u{1F}", #"\u001f"#), ("\0", #"\u0000"#), ("\n", #"\n"#),
        ] {
            for filler in ["a", " ", "!", "#", "[", "]", "é", "深"] {
                let before = String(repeating: filler, count: place)
                #expect(written { $0.string(before + byte + filler) } == "\"" + before + escape + filler + "\"")
            }
        }
    }

    @Test("Any text reads back as it was", arguments: 1...50 as ClosedRange<UInt64>)
    func strings(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var text = ""
        for _ in 0..<100 {
            let most: UInt32 = [0x20, 0x7F, 0x7FF, 0x10FFFF].randomElement(using: &random) ?? 0x7F
            if let scalar = Unicode.Scalar(UInt32.random(in: 0...most, using: &random)) {
                text.unicodeScalars.append(scalar)
            }
        }
        var json = JSONWriter(capacity: 16)
        json.object { json in
            json.key("t")
            json.string(text)
        }
        let back = try #require(JSONDocument(json.bytes)?.value["t"]?.string)
        #expect(Array(back.unicodeScalars) == Array(text.unicodeScalars))
    }

    @Test("Any number reads back as it was", arguments: 1...50 as ClosedRange<UInt64>)
    func numbers(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let values =
            (0..<100).map { _ in Double(bitPattern: random.next()) }.filter(\.isFinite) + [
                0, -0.0, 1e21, .leastNonzeroMagnitude,
            ]
        var json = JSONWriter(capacity: 16)
        json.array(values) { json, value in json.double(value) }
        let back = try #require(JSONDocument(json.bytes)).value.elements.map(\.double)
        #expect(back == values)
    }

    @Test(
        "Members of another object are spliced in as they are",
        arguments: [
            ("{}", #"{"a":1}"#), (" { \n } ", #"{"a":1}"#), (#"{"b" : [ {} ]}"#, #"{"a":1,"b" : [ {} ]}"#),
            (#"{"b":"}"}"#, #"{"a":1,"b":"}"}"#),
        ])
    func members(object: String, expected: String) {
        let text = written { json in
            json.object { json in
                json.key("a")
                json.integer(1)
                json.members(ofObject: object)
            }
        }
        #expect(text == expected)
    }

    @Test func membersCanComeFirst() {
        let text = written { json in
            json.object { json in
                json.members(ofObject: #"{"b":2}"#)
                json.key("a")
                json.integer(1)
            }
        }
        #expect(text == #"{"b":2,"a":1}"#)
    }
}
