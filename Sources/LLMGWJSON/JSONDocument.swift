internal import CJansson

/// A parsed JSON text.
///
/// jansson does the work: it checks UTF-8, bounds the nesting, and keeps the length of strings.
package final class JSONDocument {
    private let root: UnsafeMutablePointer<json_t>

    /// Nil if the text is not JSON.
    package init?(_ bytes: [UInt8]) {
        guard let root = bytes.withUnsafeBytes({ Self.parse($0, flags: 0) }) else { return nil }
        self.root = root
    }

    /// Nil if the text is not JSON, or an object in it has two members of one name. Whole numbers of any size are JSON: they are read as
    /// reals, because this is for texts that are checked and passed on as they are.
    package init?(unambiguous text: String) {
        var text = text
        let parsed = text.withUTF8 {
            Self.parse(UnsafeRawBufferPointer($0), flags: JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL)
        }
        guard let parsed else { return nil }
        root = parsed
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer, flags: Int32) -> UnsafeMutablePointer<json_t>? {
        let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        return json_loadb(base, bytes.count, Int(JSON_DECODE_ANY | JSON_ALLOW_NUL | flags), nil)
    }

    deinit {
        cjansson_release(root)
    }

    package var value: JSONView { JSONView(document: self, json: root) }
}

/// A value inside a `JSONDocument`, which it keeps alive. Asking for what is not there gives nil.
package struct JSONView {
    // Swift ends an object's life after its last use, which may be earlier than a view's: `document.value.keys` would read freed memory.
    private let document: JSONDocument
    private let json: UnsafeMutablePointer<json_t>

    fileprivate init(document: JSONDocument, json: UnsafeMutablePointer<json_t>) {
        self.document = document
        self.json = json
    }

    private var type: UInt32 { UInt32(cjansson_type(json)) }

    /// A member of an object. A member that is null counts as absent.
    package subscript(key: String) -> JSONView? {
        guard let member = json_object_get(json, key) else { return nil }
        let view = JSONView(document: document, json: member)
        return view.type == JSON_NULL.rawValue ? nil : view
    }

    package var isObject: Bool { type == JSON_OBJECT.rawValue }
    package var isTrue: Bool { type == JSON_TRUE.rawValue }
    package var isFalse: Bool { type == JSON_FALSE.rawValue }
    package var isArray: Bool { type == JSON_ARRAY.rawValue }

    package var string: String? {
        guard let text = json_string_value(json) else { return nil }
        let bytes = UnsafeRawBufferPointer(start: text, count: json_string_length(json))
        return String(decoding: bytes, as: UTF8.self)
    }

    package var double: Double? {
        type == JSON_REAL.rawValue || type == JSON_INTEGER.rawValue ? json_number_value(json) : nil
    }

    /// A whole number that is not negative, also where it is written with a fraction of zero.
    package var unsigned: UInt64? {
        if type == JSON_INTEGER.rawValue { return UInt64(exactly: json_integer_value(json)) }
        return type == JSON_REAL.rawValue ? UInt64(exactly: json_real_value(json)) : nil
    }

    /// The value as JSON, without blanks and with every number in its shortest form.
    package var text: String {
        var writer = JSONWriter(capacity: 64)
        write(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func write(to writer: inout JSONWriter) {
        switch json_type(type) {
        case JSON_OBJECT:
            writer.object { writer in
                for key in keys {
                    guard let member = json_object_get(json, key) else { continue }
                    writer.key(text: key)
                    JSONView(document: document, json: member).write(to: &writer)
                }
            }
        case JSON_ARRAY: writer.array(elements) { writer, element in element.write(to: &writer) }
        case JSON_STRING: writer.string(string ?? "")
        case JSON_INTEGER: writer.integer(json_integer_value(json))
        case JSON_REAL: writer.double(json_real_value(json))
        case JSON_NULL: writer.null()
        default: writer.bool(isTrue)
        }
    }

    /// The elements of an array; nothing if it is none.
    package var elements: [JSONView] {
        (0..<json_array_size(json)).compactMap { index in
            json_array_get(json, index).map { JSONView(document: document, json: $0) }
        }
    }

    /// The names of an object's members.
    package var keys: [String] {
        var keys: [String] = []
        var iterator = json_object_iter(json)
        while let current = iterator {
            if let key = json_object_iter_key(current) { keys.append(String(cString: key)) }
            iterator = json_object_iter_next(json, current)
        }
        return keys
    }
}
