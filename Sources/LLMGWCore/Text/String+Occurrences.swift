/// Searching for text byte by byte.
///
/// The library's own `contains` and `split` with a text compare characters, so that a secret before a combining accent is not found in them;
/// and they bring the regular expressions into the program.
extension String {
    /// Where the bytes of `text`, which is not empty, occur; without overlaps, from left to right.
    func occurrences(of text: String) -> [Range<String.Index>] {
        guard let first = text.utf8.first else { return [] }
        var found: [Range<String.Index>] = []
        var rest = utf8[...]
        while let start = rest.firstIndex(of: first) {
            if rest[start...].starts(with: text.utf8) {
                let end = rest.index(start, offsetBy: text.utf8.count)
                found.append(start..<end)
                rest = rest[end...]
            } else {
                rest = rest[rest.index(after: start)...]
            }
        }
        return found
    }

    public func contains(bytesOf text: String) -> Bool { !occurrences(of: text).isEmpty }

    public func replacing(bytesOf text: String, with replacement: String) -> String {
        var result = ""
        var rest = startIndex
        for occurrence in occurrences(of: text) {
            result += self[rest..<occurrence.lowerBound] + replacement
            rest = occurrence.upperBound
        }
        return result + self[rest...]
    }
}
