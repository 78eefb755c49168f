/// An object's member in one word: its name and its value. A value that is nil is left out, name and all.
extension JSONWriter {
    package mutating func member(_ name: StaticString, _ text: String?) {
        guard let text else { return }
        key(name)
        string(text)
    }

    package mutating func member(_ name: StaticString, _ value: Bool?) {
        guard let value else { return }
        key(name)
        bool(value)
    }

    package mutating func member(_ name: StaticString, _ value: (some BinaryInteger)?) {
        guard let value else { return }
        key(name)
        integer(value)
    }

    /// `json`: text that is known to be one valid JSON value.
    package mutating func raw(_ name: StaticString, _ json: String?) {
        guard let json else { return }
        key(name)
        raw(json)
    }

    package mutating func object<E: Error>(
        _ name: StaticString, _ body: (inout JSONWriter) throws(E) -> Void
    ) throws(E) {
        key(name)
        try object(body)
    }

    package mutating func array<S: Sequence, E: Error>(
        _ name: StaticString, _ values: S, _ body: (inout JSONWriter, S.Element) throws(E) -> Void
    ) throws(E) {
        key(name)
        try array(values, body)
    }
}
