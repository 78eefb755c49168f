import LLMGWJSON
import Testing

@Suite("Canonical JSON")
struct CanonicalJSONTests {
    private func canonical(_ text: String, ignoring: Set<String> = []) -> String? {
        CanonicalJSON.bytes(text, ignoring: ignoring).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("RFC 8785, section 3.2.2")
    func sample() {
        let input = #"""
            {
              "numbers": [333333333.33333329, 1E30, 4.50,
                          2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """#
        let output =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(canonical(input) == output)
    }

    @Test("RFC 8785, section 3.2.3: the order of UTF-16 code units, which is neither Swift's nor that of UTF-8")
    func order() {
        let input = #"""
            {"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
             "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}
            """#
        #expect(
            canonical(input)
                == "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\","
                + "\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
        )
    }

    @Test(
        "RFC 8785, appendix B",
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"), (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"), (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"), (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"), (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"), (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"), (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] as [(UInt64, String)])
    func numbers(bits: UInt64, text: String) {
        // As a real: whole numbers without a fraction are integers to the parser, which the next test is about.
        let value = Double(bitPattern: bits)
        let input = value.description.contains(where: { ".e".contains($0) }) ? value.description : "\(value).0"
        #expect(canonical("[\(input)]") == "[\(text)]")
    }

    @Test("What has no certain meaning has no canonical form")
    func refused() {
        #expect(canonical("9007199254740992") == "9007199254740992")
        #expect(canonical("-9007199254740992") == "-9007199254740992")
        for text in [
            "9007199254740993", "-9007199254740993", "[123456789012345678901234567890]", "1e400",
            #"{"a":1,"a":1}"#, #"{"a":{"b":1,"\u0062":2}}"#, #""\ud83d""#, "{", "", "nul", "[1,]", "'a'", "{\"a\":01}",
            "\"\u{1}\"",
        ] {
            #expect(canonical(text) == nil, "\(text)")
        }
        let notUTF8: [UInt8] = [0x22, 0xC3, 0x28, 0x22]
        #expect(notUTF8.withUnsafeBytes { CanonicalJSON.bytes($0) } == nil)
    }

    @Test("Blanks, escapes and the order of members do not matter; the order of elements and the kind of a value do")
    func equality() {
        #expect(canonical(" { \"b\" : 1.0 , \"a\" : \"\\u4f60好\" } ") == canonical(#"{"a":"你好","b":1}"#))
        #expect(canonical("[1,2]") != canonical("[2,1]"))
        #expect(canonical(#"{"a":null}"#) != canonical("{}"))
        #expect(canonical("1") != canonical("\"1\""))
    }

    @Test func ignoredMembersAreThoseOfTheOutermostObject() {
        #expect(
            canonical(#"{"user":"ü","a":{"user":1},"b":[{"user":2}]}"#, ignoring: ["user"])
                == #"{"a":{"user":1},"b":[{"user":2}]}"#)
        #expect(canonical(#"{"user":"ü"}"#, ignoring: ["user"]) == "{}")
    }

    @Test(
        "A second implementation writes the same, however the text is laid out",
        arguments: 1...20 as ClosedRange<UInt64>)
    func property(seed: UInt64) {
        var generator = JSONTree.Generator(seed: seed)
        for _ in 0..<100 {
            let tree = generator.tree()
            let text = generator.layOut(tree)
            let expected = tree.canonical
            #expect(canonical(text) == expected, "\(text)")
            // Canonical text is its own canonical form, but for large numbers: they are written as whole ones, which may not be exact.
            #expect(canonical(expected) == (tree.hasLargeInteger ? nil : expected), "\(expected)")
        }
    }
}
