internal import CJansson

/// What a program sent as JSON, and what is to be passed on as it is: read only to know that it means one thing.
///
/// jansson does the work, because it finds two members of one name, and takes whole numbers of any size.
package struct CallerJSON {
    package let isObject: Bool
    /// The members of the outermost object; one that is null or false is not set.
    package let members: [(name: String, isSet: Bool)]

    /// Nil if the text is not JSON, or an object in it has two members of one name.
    package init?(_ text: String) {
        // jansson skips a NUL behind a number. JSON has none outside of strings, and in them it is escaped.
        guard !text.utf8.contains(0) else { return nil }
        var text = text
        // Whole numbers are read as reals, which have no size to exceed.
        let flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL
        let root = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { json_loadb($0.baseAddress, $0.count, Int(flags), nil) }
        }
        guard let root else { return nil }
        defer { cjansson_release(root) }
        isObject = json_type(UInt32(cjansson_type(root))) == JSON_OBJECT
        var members: [(name: String, isSet: Bool)] = []
        var iterator = json_object_iter(root)
        while let current = iterator {
            if let name = json_object_iter_key(current), let value = json_object_iter_value(current) {
                let type = json_type(UInt32(cjansson_type(value)))
                members.append((String(cString: name), type != JSON_NULL && type != JSON_FALSE))
            }
            iterator = json_object_iter_next(root, current)
        }
        self.members = members
    }
}
