import Testing

@testable import LLMGWWire

@Suite("Preface")
struct PrefaceTests {
    @Test func isWhatTheProtocolSays() {
        #expect(Preface.bytes == [0x4C, 0x4C, 0x47, 0x57, 1, 0, 0, 0])
        #expect(Preface.bytes.count == Preface.size)
    }

    @Test("Is judged from the first byte on", arguments: 0...8)
    func prefix(length: Int) throws {
        try Preface.check(Preface.bytes.prefix(length))
        guard length > 0 else { return }
        var wrong = Array(Preface.bytes.prefix(length))
        wrong[length - 1] ^= 0x40
        switch length {
        case 5: #expect(throws: ProtocolViolation.otherVersion) { try Preface.check(wrong) }
        case 6: #expect(throws: Never.self) { try Preface.check(wrong) }
        default: #expect(throws: ProtocolViolation.wrongPreface) { try Preface.check(wrong) }
        }
    }
}
