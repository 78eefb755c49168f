import Glibc

/// What the host gave this process and it cannot use: what is wrong, and where to mend it.
public struct HostError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    init(_ description: String, _ code: CInt? = nil) {
        self.description = code.map { "\(description): \(String(cString: strerror($0)))" } ?? description
    }
}
