internal import CSimdjson

/// A parsed JSON text.
///
/// simdjson does the work: it checks UTF-8, bounds the nesting, and keeps the length of strings.
package final class JSONDocument {
    private let document: OpaquePointer
    private let root: csimdjson_value

    /// Nil if the text is not JSON.
    package init?(_ bytes: [UInt8]) {
        var root = csimdjson_value()
        guard let document = bytes.withUnsafeBytes({ csimdjson_parse($0.baseAddress, $0.count, &root) }) else {
            return nil
        }
        self.document = document
        self.root = root
    }

    deinit {
        csimdjson_free(document)
    }

    package var value: JSONView { JSONView(document: self, json: root) }
}

/// A value inside a `JSONDocument`, which it keeps alive. Asking for what is not there gives nil.
package struct JSONView {
    // Swift ends an object's life after its last use, which may be earlier than a view's: `document.value.keys` would read freed memory.
    private let document: JSONDocument
    private let json: csimdjson_value

    fileprivate init(document: JSONDocument, json: csimdjson_value) {
        self.document = document
        self.json = json
    }

    private var kind: csimdjson_kind { csimdjson_kind_of(json) }

    /// A member of an object, the last one of that name. A member that is null counts as absent.
    package subscript(key: String) -> JSONView? {
        var key = key
        var member = csimdjson_value()
        let isThere = key.withUTF8 { name in
            name.withMemoryRebound(to: CChar.self) { csimdjson_member(json, $0.baseAddress, $0.count, &member) }
        }
        guard isThere else { return nil }
        let view = JSONView(document: document, json: member)
        return view.kind == CSIMDJSON_NULL ? nil : view
    }

    package var isObject: Bool { kind == CSIMDJSON_OBJECT }
    package var isTrue: Bool { kind == CSIMDJSON_TRUE }
    package var isFalse: Bool { kind == CSIMDJSON_FALSE }
    package var isArray: Bool { kind == CSIMDJSON_ARRAY }

    package var string: String? {
        guard kind == CSIMDJSON_STRING else { return nil }
        var count = 0
        let text = csimdjson_string(json, &count)
        return String(decoding: UnsafeRawBufferPointer(start: text, count: count), as: UTF8.self)
    }

    package var double: Double? {
        switch kind {
        case CSIMDJSON_INTEGER: Double(csimdjson_integer(json))
        case CSIMDJSON_UNSIGNED: Double(csimdjson_unsigned(json))
        case CSIMDJSON_REAL: csimdjson_real(json)
        default: nil
        }
    }

    /// A whole number that is not negative, also where it is written with a fraction of zero.
    package var unsigned: UInt64? {
        switch kind {
        case CSIMDJSON_INTEGER: UInt64(exactly: csimdjson_integer(json))
        case CSIMDJSON_UNSIGNED: csimdjson_unsigned(json)
        case CSIMDJSON_REAL: UInt64(exactly: csimdjson_real(json))
        default: nil
        }
    }

    /// The value as JSON, without blanks and with every number in its shortest form.
    package var text: String {
        var writer = JSONWriter(capacity: 64)
        write(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func write(to writer: inout JSONWriter) {
        switch kind {
        case CSIMDJSON_OBJECT:
            writer.object { writer in
                forEachChild { name, child in
                    writer.key(text: name)
                    child.write(to: &writer)
                }
            }
        case CSIMDJSON_ARRAY: writer.array(elements) { writer, element in element.write(to: &writer) }
        case CSIMDJSON_STRING: writer.string(string ?? "")
        case CSIMDJSON_INTEGER: writer.integer(csimdjson_integer(json))
        case CSIMDJSON_UNSIGNED: writer.integer(csimdjson_unsigned(json))
        case CSIMDJSON_REAL: writer.double(csimdjson_real(json))
        case CSIMDJSON_NULL: writer.null()
        default: writer.bool(isTrue)
        }
    }

    /// The elements of an array; nothing if it is none.
    package var elements: [JSONView] {
        var elements: [JSONView] = []
        guard isArray else { return elements }
        forEachChild { _, child in elements.append(child) }
        return elements
    }

    /// The names of an object's members.
    package var keys: [String] {
        var keys: [String] = []
        guard isObject else { return keys }
        forEachChild { name, _ in keys.append(name) }
        return keys
    }

    private func forEachChild(_ body: (String, JSONView) -> Void) {
        var children = csimdjson_children_of(json)
        var child = csimdjson_value()
        var (name, count): (UnsafePointer<CChar>?, Int) = (nil, 0)
        while csimdjson_next(&children, &child, &name, &count) {
            let name = String(decoding: UnsafeRawBufferPointer(start: name, count: count), as: UTF8.self)
            body(name, JSONView(document: document, json: child))
        }
    }
}
