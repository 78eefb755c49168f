internal import CTOML

/// A TOML value, free of the library that parsed it.
indirect enum TOMLNode: Sendable {
    typealias Member = (key: String, node: TOMLNode)

    case string(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case array([TOMLNode])
    case table([Member])
    /// A date or time, which no setting uses.
    case dateOrTime

    /// For error messages: "a string".
    var kindName: String {
        switch self {
        case .string: "a string"
        case .integer: "an integer"
        case .number: "a number"
        case .boolean: "a boolean"
        case .array: "an array"
        case .table: "a table"
        case .dateOrTime: "a date or time"
        }
    }

    /// Parses a document into its root table and the lines of its keys.
    static func parse(_ text: String) throws(TOMLSyntaxError) -> (members: [Member], lines: KeyLines) {
        var error = ctoml_error()
        var text = text
        let document = text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { ctoml_parse($0.baseAddress, $0.count, &error) }
        }
        guard let document else {
            let message = withUnsafeBytes(of: error.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            throw TOMLSyntaxError(line: Int(error.line), message: message)
        }
        defer { ctoml_free(document) }
        var lines = KeyLines()
        guard let root = ctoml_root(document) else { return ([], lines) }
        return (members(root, [], &lines), lines)
    }

    private static func members(_ table: ctoml_node, _ path: [String], _ lines: inout KeyLines) -> [Member] {
        (0..<ctoml_count(table)).compactMap { index in
            var length = 0
            guard let bytes = ctoml_key(table, index, &length), let child = ctoml_child(table, index) else {
                return nil
            }
            let key = String(decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self)
            let place = path + [key]
            lines.note(place, Int(ctoml_key_line(table, index)))
            return (key, TOMLNode(child, place, &lines))
        }
    }

    private init(_ node: ctoml_node, _ path: [String], _ lines: inout KeyLines) {
        switch ctoml_node_kind(node) {
        case CTOML_TABLE: self = .table(Self.members(node, path, &lines))
        case CTOML_ARRAY:
            self = .array(
                (0..<ctoml_count(node)).compactMap { index in
                    ctoml_child(node, index).map { TOMLNode($0, path, &lines) }
                })
        case CTOML_STRING:
            var length = 0
            let bytes = ctoml_string(node, &length)
            self = .string(String(decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self))
        case CTOML_INTEGER: self = .integer(Int(ctoml_integer(node)))
        case CTOML_FLOAT: self = .number(ctoml_float(node))
        case CTOML_BOOLEAN: self = .boolean(ctoml_boolean(node))
        default: self = .dateOrTime
        }
    }
}

/// The text is not TOML.
struct TOMLSyntaxError: Error, Equatable {
    let line: Int
    let message: String
}

/// The line of every key in a document.
struct KeyLines: Sendable {
    private var lines: [[String]: Int] = [:]

    mutating func note(_ path: [String], _ line: Int) {
        if lines[path] == nil, line > 0 { lines[path] = line }
    }

    /// The line of the key, or of the nearest table around it.
    func line(of path: [String]) -> Int? {
        var path = path
        while !path.isEmpty {
            if let line = lines[path] { return line }
            path.removeLast()
        }
        return nil
    }
}
