import Glibc
import TestSupport

/// A JSON value as the tests know it, with an implementation of RFC 8785 that shares nothing with the one that is tested: it parses
/// nothing, and finds the shortest digits of a number by trying.
enum JSONTree {
    case null
    case bool(Bool)
    case number(Double)
    case string([UInt16])
    case array([JSONTree])
    case object([(name: [UInt16], value: JSONTree)])

    var canonical: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let value): Self.number(value)
        case .string(let units): Self.string(units)
        case .array(let elements): "[" + elements.map(\.canonical).joined(separator: ",") + "]"
        case .object(let members):
            "{"
                + members.sorted { Self.precedes($0.name, $1.name) }
                .map { Self.string($0.name) + ":" + $0.value.canonical }.joined(separator: ",") + "}"
        }
    }

    /// Whether its canonical form has a whole number that a double need not hold exactly.
    var hasLargeInteger: Bool {
        switch self {
        case .number(let value): value.magnitude > 0x1p53 && value.magnitude < 1e21
        case .array(let elements): elements.contains(where: \.hasLargeInteger)
        case .object(let members): members.contains { $0.value.hasLargeInteger }
        case .null, .bool, .string: false
        }
    }

    private static func precedes(_ a: [UInt16], _ b: [UInt16]) -> Bool {
        for (x, y) in zip(a, b) where x != y { return x < y }
        return a.count < b.count
    }

    private static func string(_ units: [UInt16]) -> String {
        var text = "\""
        for scalar in String(decoding: units, as: UTF16.self).unicodeScalars {
            switch scalar.value {
            case 0x22: text += "\\\""
            case 0x5C: text += "\\\\"
            case 8: text += "\\b"
            case 9: text += "\\t"
            case 10: text += "\\n"
            case 12: text += "\\f"
            case 13: text += "\\r"
            case ..<0x20: text += format("\\u%04x", Int32(scalar.value))
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    /// ECMA-262, Number::toString: n, k and s are the names there.
    private static func number(_ value: Double) -> String {
        if value == 0 { return "0" }
        if value < 0 { return "-" + number(-value) }
        var shortest = ""
        for precision in 0...16 {
            shortest = format("%.*e", Int32(precision), value)
            if Double(shortest) == value { break }
        }
        let halves = shortest.split(separator: "e")
        let n = Int(halves[1].drop { $0 == "+" })! + 1
        var s = halves[0].filter { $0 != "." }
        while s.count > 1, s.hasSuffix("0") { s.removeLast() }
        let k = s.count
        if k <= n, n <= 21 { return s + String(repeating: "0", count: n - k) }
        if 0 < n, n <= 21 { return s.prefix(n) + "." + s.dropFirst(n) }
        if -6 < n, n <= 0 { return "0." + String(repeating: "0", count: -n) + s }
        let e = n - 1
        let exponent = (e < 0 ? "e-" : "e+") + String(abs(e))
        return k == 1 ? s + exponent : s.prefix(1) + "." + s.dropFirst() + exponent
    }

    static func format(_ format: String, _ arguments: any CVarArg...) -> String {
        var buffer = [CChar](repeating: 0, count: 512)
        _ = withVaList(arguments) { vsnprintf(&buffer, buffer.count, format, $0) }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension JSONTree {
    /// Makes random values, and random texts for them.
    struct Generator {
        private var random: SeededRandom

        init(seed: UInt64) {
            random = SeededRandom(seed: seed)
        }

        mutating func tree(depth: Int = 0) -> JSONTree {
            switch Int.random(in: 0..<(depth < 4 ? 8 : 6), using: &random) {
            case 0: return .null
            case 1: return .bool(.random(using: &random))
            case 2, 3: return .number(number())
            case 4, 5: return .string(string())
            case 6:
                return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in tree(depth: depth + 1) })
            default:
                var names: [[UInt16]] = []
                for _ in 0..<Int.random(in: 0...5, using: &random) {
                    // A name with a NUL is refused, because C has no way to hand it over.
                    let name = string().map { $0 == 0 ? 1 : $0 }
                    if !names.contains(name) { names.append(name) }
                }
                return .object(names.map { ($0, tree(depth: depth + 1)) })
            }
        }

        private mutating func number() -> Double {
            switch Int.random(in: 0..<5, using: &random) {
            case 0: return Double(Int.random(in: -100...100, using: &random))
            case 1: return Double(Int64.random(in: -(1 << 53)...(1 << 53), using: &random))
            case 2: return Double.random(in: -1000...1000, using: &random)
            case 3:
                return Double(Int.random(in: 1...99, using: &random))
                    * pow(10, .random(in: -30...30, using: &random).rounded())
            default:
                let value = Double(bitPattern: random.next())
                return value.isFinite ? value : 0.1
            }
        }

        private mutating func string() -> [UInt16] {
            let scalars = (0..<Int.random(in: 0...6, using: &random)).map { _ -> Unicode.Scalar in
                let ranges: [ClosedRange<UInt32>] = [
                    0...0x7F, 0x20...0x7E, 0x80...0x7FF, 0x4E00...0x4FFF, 0xE000...0xFFFF, 0x1F600...0x1F64F,
                ]
                return Unicode.Scalar(.random(in: ranges.randomElement(using: &random)!, using: &random)) ?? "x"
            }
            return Array(String(String.UnicodeScalarView(scalars)).utf16)
        }

        /// A text that means the value, with blanks, escapes and an order of members that it need not have.
        mutating func layOut(_ tree: JSONTree) -> String {
            blank() + bare(tree) + blank()
        }

        private mutating func bare(_ tree: JSONTree) -> String {
            switch tree {
            case .null: return "null"
            case .bool(let value): return value ? "true" : "false"
            case .number(let value):
                // 17 digits name every double; a whole number may also stand without a fraction.
                if value == value.rounded(), value.magnitude <= 1e15, Bool.random(using: &random) {
                    return value == 0 ? "0" : String(Int(value))
                }
                return JSONTree.format(Bool.random(using: &random) ? "%.16e" : "%.16E", value)
            case .string(let units): return quoted(units)
            case .array(let elements):
                return "[" + elements.map { layOut($0) }.joined(separator: ",") + (elements.isEmpty ? blank() : "")
                    + "]"
            case .object(let members):
                let texts = members.shuffled(using: &random).map {
                    blank() + quoted($0.name) + blank() + ":" + layOut($0.value)
                }
                return "{" + texts.joined(separator: ",") + "}"
            }
        }

        private mutating func quoted(_ units: [UInt16]) -> String {
            var text = "\""
            for scalar in String(decoding: units, as: UTF16.self).unicodeScalars {
                let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
                if mustEscape || Int.random(in: 0..<4, using: &random) == 0 {
                    for unit in String(scalar).utf16 {
                        text += JSONTree.format(Bool.random(using: &random) ? "\\u%04x" : "\\u%04X", Int32(unit))
                    }
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
            return text + "\""
        }

        private mutating func blank() -> String { ["", "", " ", "\n\t", "\r\n"].randomElement(using: &random)! }
    }
}
