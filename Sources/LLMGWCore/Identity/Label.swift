/// A name and a value that a caller attached to a request, for people who look at what is running.
public struct Label: Sendable, Hashable {
    public var key: String
    public var value: String

    public init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}
