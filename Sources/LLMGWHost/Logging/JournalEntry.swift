import Logging

/// One entry of the journal, in the form of its native protocol: fields of any bytes, so that nothing in a value can pass for a field.
struct JournalEntry {
    private static let newline = UInt8(ascii: "\n")
    /// The journal takes no longer name.
    private static let maxNameLength = 64

    private(set) var bytes: [UInt8] = []

    init(_ record: LogRecord, identifier: String) {
        add("MESSAGE", record.message)
        add("PRIORITY", String(Self.priority(record.level)))
        add("SYSLOG_IDENTIFIER", identifier)
        add("CODE_FILE", record.file)
        add("CODE_LINE", String(record.line))
        for (key, value) in record.metadata { add(Self.fieldName(key), value.description) }
    }

    private mutating func add(_ name: String, _ value: String) {
        bytes.append(contentsOf: name.utf8)
        if value.utf8.contains(Self.newline) {
            bytes.append(Self.newline)
            withUnsafeBytes(of: UInt64(value.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
        } else {
            bytes.append(UInt8(ascii: "="))
        }
        bytes.append(contentsOf: value.utf8)
        bytes.append(Self.newline)
    }

    /// "llmgw-request-id" becomes LLMGW_REQUEST_ID. The journal knows capitals, digits and underscores, and keeps names that begin with an
    /// underscore for itself.
    static func fieldName(_ key: String) -> String {
        let characters = key.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            default: UInt8(ascii: "_")
            }
        }
        let name = String(decoding: characters, as: UTF8.self)
        let begins = name.utf8.first.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) } ?? false
        return String((begins ? name : "LLMGW_" + name).prefix(maxNameLength))
    }

    /// syslog(3)'s numbers.
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
