/// A word from a set that may grow: one from a newer peer is kept as it is.
public protocol OpenWord: RawRepresentable<String>, Sendable, Hashable, CustomStringConvertible {
    init(rawValue: String)
}

extension OpenWord {
    public var description: String { rawValue }
}
