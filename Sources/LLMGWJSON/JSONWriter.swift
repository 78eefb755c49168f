/// Writes JSON text, including parts that are JSON already and have to stay as they are: no DOM library can splice those.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    package mutating func object<E: Error>(_ body: (inout JSONWriter) throws(E) -> Void) throws(E) {
        open(UInt8(ascii: "{"))
        try body(&self)
        close(UInt8(ascii: "}"))
    }

    package mutating func array<S: Sequence, E: Error>(
        _ values: S, _ body: (inout JSONWriter, S.Element) throws(E) -> Void
    ) throws(E) {
        open(UInt8(ascii: "["))
        for value in values { try body(&self, value) }
        close(UInt8(ascii: "]"))
    }

    /// The name of an object's next member.
    package mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func key(text name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func string(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { appendEscaped($0) }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    package mutating func bool(_ value: Bool) { token(value ? "true" : "false") }
    package mutating func null() { token("null") }
    package mutating func integer(_ value: some BinaryInteger) { token(String(value)) }

    /// The shortest text that reads back as the same number. Not for infinities and NaN, which JSON does not have.
    package mutating func double(_ value: Double) {
        precondition(value.isFinite, "JSON has finite numbers only")
        token(value.description)
    }

    /// Text that is known to be one valid JSON value.
    package mutating func raw(_ json: String) { token(json) }

    /// Members of an object that is known to be valid, without its braces.
    package mutating func members(ofObject json: String) {
        let inner = json.utf8.drop { $0 != UInt8(ascii: "{") }.dropFirst()
        guard let end = inner.lastIndex(of: UInt8(ascii: "}")) else { return }
        let members = inner[..<end]
        guard members.contains(where: { !JSONWriter.blanks.contains($0) }) else { return }
        separate()
        bytes.append(contentsOf: members)
        needsComma = true
    }

    private static let blanks: [UInt8] = Array(" \t\r\n".utf8)

    private mutating func open(_ brace: UInt8) {
        separate()
        bytes.append(brace)
        needsComma = false
    }

    private mutating func close(_ brace: UInt8) {
        bytes.append(brace)
        needsComma = true
    }

    private mutating func token(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    /// RFC 8259, section 7: quote, backslash and the control characters must be escaped, nothing else.
    private mutating func appendEscaped(_ utf8: UnsafeBufferPointer<UInt8>) {
        var start = 0
        while let index = Self.firstToEscape(in: utf8, from: start) {
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<index]))
            appendEscaped(utf8[index])
            start = index + 1
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\n"): bytes.append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): bytes.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): bytes.append(UInt8(ascii: "t"))
        case ..<0x20:
            let hex = String(byte, radix: 16)
            bytes.append(contentsOf: "u00\(hex.utf8.count == 1 ? "0" : "")\(hex)".utf8)
        default: bytes.append(byte)
        }
    }

    private static func firstToEscape(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        let raw = UnsafeRawBufferPointer(utf8)
        var index = start
        // Prompts are long and seldom have one: eight bytes at a time.
        while index + 8 <= utf8.count {
            if hasByteToEscape(raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)) { break }
            index += 8
        }
        return utf8[index...].firstIndex { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
    }

    private static func hasByteToEscape(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // The byte becomes negative by subtraction, and was not before. Warren, Hacker's Delight, section 6-1.
        func hasByte(below limit: UInt64, _ word: UInt64) -> UInt64 { (word &- ones &* limit) & ~word }
        let quote = ones &* UInt64(UInt8(ascii: "\""))
        let backslash = ones &* UInt64(UInt8(ascii: "\\"))
        let found = hasByte(below: 0x20, word) | hasByte(below: 1, word ^ quote) | hasByte(below: 1, word ^ backslash)
        return found & (ones &* 0x80) != 0
    }
}
