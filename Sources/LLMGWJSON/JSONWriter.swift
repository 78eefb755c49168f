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
        for (index, byte) in utf8.enumerated()
        where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            bytes.append(contentsOf: utf8[start..<index])
            start = index + 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
            default:
                let hex = String(byte, radix: 16)
                bytes.append(contentsOf: "\\u00\(hex.utf8.count == 1 ? "0" : "")\(hex)".utf8)
            }
        }
        bytes.append(contentsOf: utf8[start...])
    }
}
