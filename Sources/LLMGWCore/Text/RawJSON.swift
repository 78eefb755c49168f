/// JSON text that passes through the gateway unchanged: tool schemas, extra members, content parts of other kinds.
///
/// It is not parsed here. Whoever puts it into a larger document has to check first that it is valid, because a stray
/// brace would change that document's meaning.
public struct RawJSON: Sendable, Hashable, ExpressibleByStringLiteral {
    public var text: String

    public init(_ text: String) {
        self.text = text
    }

    public init(stringLiteral value: String) {
        self.text = value
    }
}
