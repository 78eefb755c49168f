/// Why storage could not answer. Nothing else depends on it: a request goes on without.
public struct StorageError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// Switched off for now: the file cannot be opened, read or written.
        case unavailable
        /// Its queue is full: the disk is slower than what is asked of it.
        case overloaded
        case closed
    }

    public let kind: Kind
    /// Names the file and the remedy.
    public let description: String

    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
