import Glibc
import LLMGWJSON
import Logging

/// Lines for people.
struct TextSink: LogSink {
    func write(_ record: LogRecord) -> Bool { StandardError.write(Self.line(record)) }

    static func line(_ record: LogRecord) -> [UInt8] {
        let time = record.calendarTime(local: true)
        var text =
            "\(padded(time.tm_hour)):\(padded(time.tm_min)):\(padded(time.tm_sec)) \(record.level): \(printable(record.message))"
        for (key, value) in record.metadata { text += " \(FieldName.short(key))=\(printable(value.description))" }
        return Array((text + "\n").utf8)
    }

    private static func padded(_ number: CInt) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// A client chooses its name and labels: none of them may move the cursor or begin a line.
    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        return text.unicodeScalars.map {
            $0.properties.generalCategory == .control ? "\\u{\(String($0.value, radix: 16))}" : String($0)
        }.joined()
    }
}

/// One JSON object for each record, for programs.
struct JSONSink: LogSink {
    func write(_ record: LogRecord) -> Bool { StandardError.write(Self.line(record)) }

    static func line(_ record: LogRecord) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.object { writer in
            writer.member("time", timestamp(record))
            writer.member("level", record.level.rawValue)
            writer.member("message", record.message)
            for (key, value) in record.metadata {
                writer.key(text: FieldName.short(key))
                if case .stringConvertible(let number as any BinaryInteger) = value {
                    writer.integer(number)
                } else {
                    writer.string(value.description)
                }
            }
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    /// RFC 3339, UTC, to the millisecond.
    private static func timestamp(_ record: LogRecord) -> String {
        let time = record.calendarTime(local: false)
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date =
            "\(padded(Int(time.tm_year) + 1900, 4))-\(padded(Int(time.tm_mon) + 1, 2))-\(padded(Int(time.tm_mday), 2))"
        let clock = "\(padded(Int(time.tm_hour), 2)):\(padded(Int(time.tm_min), 2)):\(padded(Int(time.tm_sec), 2))"
        return "\(date)T\(clock).\(padded(record.milliseconds, 3))Z"
    }
}

/// The names of fields outside the journal, which alone needs to know whose they are.
private enum FieldName {
    /// "llmgw-request-id" becomes "request_id".
    static func short(_ key: String) -> String {
        let name = key.hasPrefix("llmgw-") ? key.dropFirst("llmgw-".count) : Substring(key)
        return String(name.map { $0 == "-" ? "_" : $0 })
    }
}

private enum StandardError {
    /// In one piece, as long as the kernel takes it so: lines of several threads do not mix.
    static func write(_ line: [UInt8]) -> Bool {
        var rest = line[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if errno != EINTR {
                // There is nowhere to say that nothing can be said.
                return false
            }
        }
        return true
    }
}
