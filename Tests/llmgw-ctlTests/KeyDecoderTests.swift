import Testing

@testable import llmgw_ctl

@Suite("Keys")
struct KeyDecoderTests {
    private func decode(_ text: String) -> [TerminalKey] {
        var decoder = KeyDecoder()
        return decoder.feed(Array(text.utf8))
    }

    @Test("Characters, and what is pressed with Ctrl")
    func characters() {
        #expect(
            decode("q中\u{03}\r\t\u{7F}") == [.character("q"), .character("中"), .control("c"), .enter, .tab, .backspace])
    }

    @Test("Sequences of both kinds")
    func sequences() {
        #expect(decode("\u{1B}[A\u{1B}OB\u{1B}[5~\u{1B}[Z") == [.up, .down, .pageUp, .backTab])
    }

    @Test("Escape alone is a key, an unknown or unfinished sequence is none")
    func escape() {
        #expect(decode("\u{1B}") == [.escape])
        #expect(decode("\u{1B}[1;5Dq") == [.character("q")])
        #expect(decode("\u{1B}[1;5") == [])
        #expect(decode("\u{1B}q") == [.escape, .character("q")])
    }

    @Test("A character that comes in two parts is one")
    func parts() {
        var decoder = KeyDecoder()
        let bytes = Array("文x".utf8)
        #expect(decoder.feed(Array(bytes[..<2])) == [])
        #expect(decoder.feed(Array(bytes[2...])) == [.character("文"), .character("x")])
    }

    @Test("What is no text is dropped")
    func rubbish() {
        var decoder = KeyDecoder()
        #expect(decoder.feed([0x80, 0xC3, 0x28, 0x1F, 0x71]) == [.character("("), .character("q")])
        #expect(decoder.feed([0xFF, 0x28, 0x28, 0x28, 0x71]).last == .character("q"))
    }
}
