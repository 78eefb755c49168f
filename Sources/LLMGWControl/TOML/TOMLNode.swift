import TOMLKit

/// A TOML value, free of the library that parsed it.
indirect enum TOMLNode: Sendable, Equatable {
    case string(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case array([TOMLNode])
    case table([(key: String, node: TOMLNode)])
    /// Dates and times, which no setting uses.
    case other(String)

    static func == (a: TOMLNode, b: TOMLNode) -> Bool {
        switch (a, b) {
        case (.string(let x), .string(let y)): x == y
        case (.integer(let x), .integer(let y)): x == y
        case (.number(let x), .number(let y)): x == y
        case (.boolean(let x), .boolean(let y)): x == y
        case (.array(let x), .array(let y)): x == y
        case (.table(let x), .table(let y)): x.elementsEqual(y) { $0.key == $1.key && $0.node == $1.node }
        case (.other(let x), .other(let y)): x == y
        default: false
        }
    }

    /// For error messages: "a string".
    var kindName: String {
        switch self {
        case .string: "a string"
        case .integer: "an integer"
        case .number: "a number"
        case .boolean: "a boolean"
        case .array: "an array"
        case .table: "a table"
        case .other(let name): name
        }
    }

    /// Parses a document into its root table.
    static func parse(_ text: String) throws(TOMLSyntaxError) -> [(key: String, node: TOMLNode)] {
        do {
            return try TOMLNode.members(TOMLTable(string: text))
        } catch let error as TOMLParseError {
            throw TOMLSyntaxError(line: error.source.begin.line, message: error.description)
        } catch {
            throw TOMLSyntaxError(line: 1, message: "\(error)")
        }
    }

    private static func members(_ table: TOMLTable) -> [(key: String, node: TOMLNode)] {
        table.keys.sorted().compactMap { key in table[key].map { (key, TOMLNode($0)) } }
    }

    private init(_ value: any TOMLValueConvertible) {
        switch value.type {
        case .string: self = .string(value.string ?? "")
        case .int: self = .integer(value.int ?? 0)
        case .double: self = .number(value.double ?? 0)
        case .bool: self = .boolean(value.bool ?? false)
        case .array:
            self = .array((value.array.map { array in array.indices.map { array[$0] } } ?? []).map(TOMLNode.init))
        case .table: self = .table(value.table.map(Self.members) ?? [])
        case .date: self = .other("a date")
        case .time: self = .other("a time")
        case .dateTime: self = .other("a date with time")
        }
    }
}

/// The text is not TOML.
struct TOMLSyntaxError: Error, Equatable {
    let line: Int
    let message: String
}
