import LLMGWCore
import LLMGWJSON

/// A value of a table: how people read it, how programs do, and how it is sorted.
enum TopCell: Sendable {
    case text(String)
    case count(UInt64)
    /// For a second.
    case rate(Double?)
    /// 0 to 1.
    case share(Double?)
    case duration(Duration?)
    case bytes(UInt64)
    case costs([Cost])

    var text: String {
        switch self {
        case .text(let text): text.isEmpty ? "-" : Terminal.plainLine(text)
        case .count(let count): "\(count)"
        case .rate(let rate): (rate?.oneDecimal).orDash
        case .share(let share): (share?.percent).orDash
        case .duration(let duration): (duration?.short).orDash
        case .bytes(let bytes): bytes < 1 << 20 ? "\(bytes)" : bytes.mebibytes
        case .costs(let costs): costs.text
        }
    }

    /// Nil where nobody said, and for texts.
    private var number: Double? {
        switch self {
        case .text: nil
        case .count(let value), .bytes(let value): Double(value)
        case .rate(let value), .share(let value): value
        case .duration(let duration): duration.map { Double($0.wholeNanoseconds) }
        case .costs(let costs): costs.first.map { Double($0.micros) }
        }
    }

    /// What nobody said comes last, in both directions.
    static func precedes(_ a: TopCell, _ b: TopCell, descending: Bool) -> Bool {
        switch (a.number, b.number) {
        case (let x?, let y?): descending ? x > y : x < y
        case (_?, nil): true
        case (nil, _?): false
        case (nil, nil): descending ? a.text > b.text : a.text < b.text
        }
    }

    func write(_ key: StaticString, to writer: inout JSONWriter) {
        switch self {
        case .text(let text): writer.member(key, text)
        case .count(let count), .bytes(let count): writer.member(key, count)
        case .rate(let value), .share(let value): writer.member(key, value)
        case .duration(let duration): writer.member(key, duration?.wholeMicroseconds)
        case .costs(let costs): writer.member(key, costs)
        }
    }
}

extension Double {
    /// "12.3": for rates.
    var oneDecimal: String {
        guard magnitude < 1e12 else { return description }
        let tenths = Int64((self * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
