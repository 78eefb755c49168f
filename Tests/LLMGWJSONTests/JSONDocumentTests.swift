import LLMGWJSON
import Testing

@Suite("JSON document")
struct JSONDocumentTests {
    private func value(_ text: String) throws -> JSONView { try #require(JSONDocument(Array(text.utf8))).value }

    @Test(
        "What is not JSON is refused",
        arguments: [
            "", " ", "{", "[1,]", "{\"a\" 1}", "nul", "'a'", "1 2", "{} x", "\"\\x\"", "\"\\ud800\"", "NaN", "01",
            "\"\u{1}\"", "[1\0]", "[1.5e3\0,2]", "\0", "{}\0",
        ])
    func malformed(text: String) {
        #expect(JSONDocument(Array(text.utf8)) == nil)
        #expect(CallerJSON(text) == nil)
        #expect(CanonicalJSON.bytes(text) == nil)
    }

    @Test func bytesThatAreNotUTF8AreRefused() {
        for bytes in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE5]] as [[UInt8]] {
            #expect(JSONDocument([UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]) == nil)
        }
    }

    @Test func nestingIsBounded() {
        func nested(_ depth: Int) -> [UInt8] {
            [UInt8](repeating: UInt8(ascii: "["), count: depth) + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
        }
        #expect(JSONDocument(nested(1000)) != nil)
        #expect(JSONDocument(nested(1_000_000)) == nil)
    }

    @Test func twoMembersOfOneName() throws {
        #expect(CallerJSON(#"{"a":1,"a":2}"#) == nil)
        #expect(CallerJSON(#"{"x":{"\u0061":1,"a":2}}"#) == nil)
        #expect(CallerJSON(#"{"a":{"a":1}}"#) != nil)
        #expect(try value(#"{"a":1,"a":2}"#)["a"]?.unsigned == 2)
    }

    @Test func membersAndElements() throws {
        let json = try value(#"{"n":null,"键":[1,"二",true,null,{}],"s":"a\u0000b","f":false}"#)
        #expect(json.isObject && !json.isArray)
        #expect(json["n"] == nil, "null counts as absent")
        #expect(json["none"] == nil)
        let list = try #require(json["键"])
        #expect(list.isArray && !list.isObject)
        #expect(list.elements.count == 5)
        #expect(list.elements[1].string == "二")
        #expect(list.elements[2].isTrue)
        #expect(list["x"] == nil && list.string == nil && list.double == nil)
        #expect(json["s"]?.string == "a\u{0}b")
        #expect(json["f"]?.isTrue == false)
        #expect(json.elements.isEmpty)
        #expect(Set(json.keys) == ["n", "键", "s", "f"])
    }

    @Test(
        arguments: [
            ("0", 0, 0), ("7", 7, 7), ("7.0", 7, 7), ("-1", nil, -1), ("1.5", nil, 1.5), ("1e3", 1000, 1000),
            ("9223372036854775807", 9_223_372_036_854_775_807, 9_223_372_036_854_775_808), ("1e30", nil, 1e30),
            ("18446744073709551615", .max, 18_446_744_073_709_551_616), ("\"7\"", nil, nil), ("true", nil, nil),
        ] as [(String, UInt64?, Double?)])
    func numbers(text: String, unsigned: UInt64?, double: Double?) throws {
        let view = try value(text)
        #expect(view.unsigned == unsigned)
        #expect(view.double == double)
    }

    @Test(
        "A value written as JSON is the same value, its members in their order",
        arguments: [
            (
                #"{ "乙" : [1, -2 , null,true,{ }],"甲":"a\"\u0000\n/é" }"#,
                #"{"乙":[1,-2,null,true,{}],"甲":"a\"\u0000\n/é"}"#
            ),
            ("[9223372036854775807,1.50,0.1,1e300]", "[9223372036854775807,1.5,0.1,1e+300]"), (#""深""#, #""深""#),
            ("false", "false"),
        ])
    func text(written: String, text: String) throws {
        #expect(try value(written).text == text)
    }

    @Test("Numbers written as JSON keep their value", arguments: ["0.1", "1e-7", "123456.789", "-0.0"])
    func textOfNumbers(number: String) throws {
        let view = try value(number)
        #expect(try value(view.text).double == view.double)
    }

    @Test("A view keeps its document alive")
    func lifetime() throws {
        func deep() throws -> JSONView {
            try #require(try value(#"{"a":[{"b":"深"}]}"#)["a"]?.elements[0]["b"])
        }
        let view = try deep()
        // Something else takes the memory that would be free now.
        let others = try (0..<100).map { try value("[\"\($0)\", \"\($0)\"]") }
        #expect(view.string == "深")
        #expect(others.count == 100)
    }
}
