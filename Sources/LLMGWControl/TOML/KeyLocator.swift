/// Finds the line of a key, because the TOML library tells lines only for syntax errors.
///
/// It reads headers and the beginnings of lines, which is enough for files that people write; where a key is inside an inline table, the line of
/// that table's key is given.
struct KeyLocator: Sendable {
    private var lines: [[String]: Int] = [:]

    init(_ text: String) {
        var section: [String] = []
        var multiline: String?
        for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if let end = multiline {
                if raw.contains(end) { multiline = nil }
                continue
            }
            let line = raw.drop { $0 == " " || $0 == "\t" }
            if line.first == "[" {
                let isArray = line.hasPrefix("[[")
                section = Self.keys(in: line.dropFirst(isArray ? 2 : 1), until: "]")
                lines[section] = lines[section] ?? index + 1
            } else if let first = line.first, first != "#" {
                let keys = Self.keys(in: line, until: "=")
                let path = section + keys
                lines[path] = lines[path] ?? index + 1
                for quotes in ["\"\"\"", "'''"] where line.ranges(of: quotes).count % 2 == 1 { multiline = quotes }
            }
        }
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

    /// Dotted and quoted keys up to `end`.
    private static func keys(in text: Substring, until end: Character) -> [String] {
        var keys: [String] = []
        var key = ""
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { key.append(character) }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == end {
                break
            } else if character == "." {
                keys.append(key)
                key = ""
            } else if character != " ", character != "\t" {
                key.append(character)
            }
        }
        keys.append(key)
        return keys
    }
}
