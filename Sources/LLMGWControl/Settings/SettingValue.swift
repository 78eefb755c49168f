import LLMGWCore

/// A value that fits its setting.
enum SettingValue: Sendable, Equatable {
    case string(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case duration(Duration)
    case strings([String])
    case table([String: String])
    case counts([String: Int])

    /// Reads a value as its setting wants it. The error says what was expected.
    static func read(_ node: TOMLNode, as kind: Setting.Kind) -> Result<SettingValue, Mismatch> {
        switch (kind, node) {
        case (.string, .string(let text)): return .success(.string(text))
        case (.integer(let range), .integer(let number)):
            return range.contains(number)
                ? .success(.integer(number)) : .failure(Mismatch("is \(number); expected \(kind.expectation)"))
        case (.number(let range), .number(let number)):
            return range.contains(number)
                ? .success(.number(number)) : .failure(Mismatch("is \(number); expected \(kind.expectation)"))
        case (.number, .integer(let number)): return read(.number(Double(number)), as: kind)
        case (.boolean, .boolean(let value)): return .success(.boolean(value))
        case (.duration(let range), .string(let text)):
            guard let duration = Duration(settingText: text) else {
                return .failure(Mismatch("is \"\(text)\"; expected \(kind.expectation)"))
            }
            return range.contains(duration)
                ? .success(.duration(duration)) : .failure(Mismatch("is \"\(text)\"; expected \(kind.expectation)"))
        case (.duration, .integer(let number)):
            return .failure(
                Mismatch("is a number; expected a duration with its unit, such as \"\(number)s\" or \"\(number)ms\""))
        case (.choice(let words), .string(let text)):
            guard words.contains(text) else {
                return .failure(
                    Mismatch("is \"\(text)\"; expected \(kind.expectation)", near: NearestName.among(words, to: text)))
            }
            return .success(.string(text))
        case (.strings, .array(let items)), (.choices, .array(let items)): return strings(items, kind)
        case (.table, .table(let members)):
            var table: [String: String] = [:]
            for (key, member) in members {
                guard case .string(let text) = member else {
                    return .failure(Mismatch("has \(key), which is \(member.kindName); expected a string"))
                }
                table[key] = text
            }
            return .success(.table(table))
        case (.counts(let range), .table(let members)):
            var counts: [String: Int] = [:]
            for (key, member) in members {
                guard case .integer(let count) = member, range.contains(count) else {
                    let found = if case .integer(let count) = member { String(count) } else { member.kindName }
                    return .failure(Mismatch("has \(key), which is \(found); expected \(kind.expectation)"))
                }
                counts[key] = count
            }
            return .success(.counts(counts))
        case (.mode, .string(let text)):
            guard let mode = Int(text, radix: 8), (0...0o777).contains(mode), text.utf8.count >= 3 else {
                return .failure(Mismatch("is \"\(text)\"; expected \(kind.expectation)"))
            }
            return .success(.integer(mode))
        default:
            return .failure(Mismatch("is \(node.kindName); expected \(kind.expectation)"))
        }
    }

    private static func strings(_ items: [TOMLNode], _ kind: Setting.Kind) -> Result<SettingValue, Mismatch> {
        var texts: [String] = []
        for item in items {
            guard case .string(let text) = item else {
                return .failure(Mismatch("has an element that is \(item.kindName); expected \(kind.expectation)"))
            }
            if case .choices(let words) = kind, !words.contains(text) {
                return .failure(
                    Mismatch("has \"\(text)\"; expected \(kind.expectation)", near: NearestName.among(words, to: text)))
            }
            texts.append(text)
        }
        return .success(.strings(texts))
    }
}

/// A value that does not fit.
struct Mismatch: Error, Equatable {
    let problem: String
    let near: String?

    init(_ problem: String, near: String? = nil) {
        self.problem = problem
        self.near = near
    }
}

extension Setting.Kind {
    /// For error messages and the reference page.
    var expectation: String {
        switch self {
        case .string: "a string"
        case .integer(let range) where range == Int.min...Int.max: "an integer"
        case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
        case .boolean: "true or false"
        case .duration(let range):
            "a duration from \"\(range.lowerBound.settingText)\" to \"\(range.upperBound.settingText)\", such as \"250ms\", \"5s\", \"2m\" or \"1h\""
        case .choice(let words): "one of " + words.map { "\"\($0)\"" }.joined(separator: ", ")
        case .strings: "an array of strings"
        case .choices(let words): "an array of " + words.map { "\"\($0)\"" }.joined(separator: ", ")
        case .table: "a table of strings"
        case .counts(let range): "a table of integers from \(range.lowerBound) to \(range.upperBound)"
        case .mode: "a file mode in octal, such as \"0660\""
        }
    }
}

extension Duration {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000),
    ]

    /// A whole number and its unit: "250ms", "5s", "2m", "1h".
    package init?(settingText text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits),
            let unit = Self.units.first(where: { $0.suffix == text.dropFirst(digits.count) })
        else {
            return nil
        }
        let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
        guard !overflow else { return nil }
        self = .milliseconds(milliseconds)
    }

    /// The shortest text that reads back as the same duration.
    var settingText: String {
        let milliseconds = wholeMilliseconds
        let unit = Self.units.last { milliseconds != 0 && milliseconds % $0.milliseconds == 0 } ?? ("s", 1000)
        return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
    }
}
