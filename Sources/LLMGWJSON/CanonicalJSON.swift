internal import CJansson

/// The canonical form of a JSON text (RFC 8785, JCS): one text for all that mean the same, so that it can be compared and hashed.
///
/// No blanks, members in the order of their names' UTF-16 code units, numbers as ECMAScript writes them, strings with the fewest escapes.
/// There is none for texts whose meaning is not certain: two members of one name, whole numbers that a double does not hold exactly,
/// numbers beyond its range, halves of surrogate pairs. Those can only be compared as they are.
package enum CanonicalJSON {
    /// A double holds every whole number up to here.
    private static let exactIntegers: ClosedRange<Int64> = -(1 << 53)...(1 << 53)

    /// Nil if the text is not JSON, or has no canonical form. `ignoring` names members that are left out of the outermost object.
    package static func bytes(_ text: UnsafeRawBufferPointer, ignoring ignored: Set<String> = []) -> [UInt8]? {
        let flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES
        // As in `CallerJSON`.
        guard !text.contains(0),
            let root = json_loadb(
                text.baseAddress?.assumingMemoryBound(to: CChar.self), text.count, Int(flags), nil)
        else { return nil }
        defer { cjansson_release(root) }
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        guard write(root, ignoring: ignored, to: &output) else { return nil }
        return output
    }

    package static func bytes(_ text: String, ignoring ignored: Set<String> = []) -> [UInt8]? {
        var text = text
        return text.withUTF8 { bytes(UnsafeRawBufferPointer($0), ignoring: ignored) }
    }

    /// False where the value has no canonical form.
    private static func write(
        _ json: UnsafeMutablePointer<json_t>, ignoring ignored: Set<String>, to output: inout [UInt8]
    ) -> Bool {
        switch json_type(UInt32(cjansson_type(json))) {
        case JSON_OBJECT: return writeObject(json, ignoring: ignored, to: &output)
        case JSON_ARRAY:
            output.append(UInt8(ascii: "["))
            for index in 0..<json_array_size(json) {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                guard let element = json_array_get(json, index), write(element, ignoring: [], to: &output) else {
                    return false
                }
            }
            output.append(UInt8(ascii: "]"))
        case JSON_STRING:
            let bytes = UnsafeRawBufferPointer(start: json_string_value(json), count: json_string_length(json))
            writeString(bytes, to: &output)
        case JSON_INTEGER:
            let value = json_integer_value(json)
            guard exactIntegers.contains(value) else { return false }
            output.append(contentsOf: String(value).utf8)
        case JSON_REAL: output.append(contentsOf: ECMAScriptNumber.text(json_real_value(json)).utf8)
        case JSON_TRUE: output.append(contentsOf: "true".utf8)
        case JSON_FALSE: output.append(contentsOf: "false".utf8)
        default: output.append(contentsOf: "null".utf8)
        }
        return true
    }

    private static func writeObject(
        _ json: UnsafeMutablePointer<json_t>, ignoring ignored: Set<String>, to output: inout [UInt8]
    ) -> Bool {
        var members: [(name: String, value: UnsafeMutablePointer<json_t>)] = []
        var iterator = json_object_iter(json)
        while let current = iterator {
            if let name = json_object_iter_key(current), let value = json_object_iter_value(current) {
                members.append((String(cString: name), value))
            }
            iterator = json_object_iter_next(json, current)
        }
        members.removeAll { ignored.contains($0.name) }
        // Swift's own order of strings is another one, and so is that of UTF-8.
        members.sort { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }
        output.append(UInt8(ascii: "{"))
        for (index, member) in members.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            var name = member.name
            name.withUTF8 { writeString(UnsafeRawBufferPointer($0), to: &output) }
            output.append(UInt8(ascii: ":"))
            guard write(member.value, ignoring: [], to: &output) else { return false }
        }
        output.append(UInt8(ascii: "}"))
        return true
    }

    private static func writeString(_ utf8: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): output += [UInt8(ascii: "\\"), byte]
            case 0x08: output.append(contentsOf: "\\b".utf8)
            case 0x09: output.append(contentsOf: "\\t".utf8)
            case 0x0A: output.append(contentsOf: "\\n".utf8)
            case 0x0C: output.append(contentsOf: "\\f".utf8)
            case 0x0D: output.append(contentsOf: "\\r".utf8)
            case 0..<0x20:
                let hex = String(byte, radix: 16)
                output.append(contentsOf: "\\u00\(hex.utf8.count == 1 ? "0" : "")\(hex)".utf8)
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
