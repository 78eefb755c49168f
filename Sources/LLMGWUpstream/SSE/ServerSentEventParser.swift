/// Cuts a byte stream into server-sent events, however it arrives.
///
/// Follows the WHATWG event stream format: lines end in CR, LF or CRLF, a byte order mark is dropped, several `data` lines are joined by LF,
/// comments and unknown fields are ignored. Two deviations: an event that ends with the stream instead of an empty line is delivered (`finish`), and lines
/// that are no field at all are kept, because an upstream that fails may end a stream with plain JSON.
///
/// States: reading; failed (terminal) after a line above the limit.
struct ServerSentEventParser: Sendable {
    struct Event: Sendable, Equatable {
        /// Nil for the default type.
        var name: String?
        var data: [UInt8]
    }

    struct LineTooLong: Error, Equatable {}

    /// Longest line, and most data of one event.
    static let lineLimit = 1 << 20
    private static let foreignLimit = 64 << 10

    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var name: String?
    private var lastWasCarriageReturn = false
    private var isFirstLine = true
    /// Lines that are no field, for the error that they may be.
    private(set) var foreign: [UInt8] = []

    /// Takes the next bytes and calls `handle` for every event that is complete now.
    mutating func parse(_ bytes: [UInt8], _ handle: (Event) -> Void) throws(LineTooLong) {
        var start = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else {
                lastWasCarriageReturn = false
                index += 1
                continue
            }
            // The LF of a CRLF ends no second line.
            if byte == UInt8(ascii: "\n"), lastWasCarriageReturn, index == start, line.isEmpty {
                lastWasCarriageReturn = false
            } else {
                if line.isEmpty {
                    try endLine(bytes[start..<index], handle)
                } else {
                    line.append(contentsOf: bytes[start..<index])
                    let whole = line
                    line.removeAll(keepingCapacity: true)
                    try endLine(whole[...], handle)
                }
                lastWasCarriageReturn = byte == UInt8(ascii: "\r")
            }
            index += 1
            start = index
        }
        line.append(contentsOf: bytes[start...])
        if line.count > Self.lineLimit { throw LineTooLong() }
    }

    /// The stream is over.
    mutating func finish(_ handle: (Event) -> Void) throws(LineTooLong) {
        if !line.isEmpty {
            let whole = line
            line = []
            try endLine(whole[...], handle)
        }
        dispatch(handle)
    }

    private mutating func endLine(_ bytes: ArraySlice<UInt8>, _ handle: (Event) -> Void) throws(LineTooLong) {
        guard bytes.count <= Self.lineLimit else { throw LineTooLong() }
        var bytes = bytes
        if isFirstLine {
            isFirstLine = false
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        }
        guard !bytes.isEmpty else { return dispatch(handle) }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return note(foreignLine: bytes) }
        var value = bytes[(colon + 1)...]
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        let field = bytes[..<colon]
        if field.elementsEqual("data".utf8) {
            if hasData { data.append(UInt8(ascii: "\n")) }
            data.append(contentsOf: value)
            hasData = true
            if data.count > Self.lineLimit { throw LineTooLong() }
        } else if field.elementsEqual("event".utf8) {
            name = String(decoding: value, as: UTF8.self)
        } else if !field.isEmpty, !field.elementsEqual("id".utf8), !field.elementsEqual("retry".utf8) {
            note(foreignLine: bytes)
        }
    }

    private mutating func note(foreignLine bytes: ArraySlice<UInt8>) {
        guard foreign.count + bytes.count <= Self.foreignLimit else { return }
        foreign.append(contentsOf: bytes)
        foreign.append(UInt8(ascii: "\n"))
    }

    private mutating func dispatch(_ handle: (Event) -> Void) {
        if hasData { handle(Event(name: name, data: data)) }
        data.removeAll(keepingCapacity: true)
        hasData = false
        name = nil
    }
}
