/// A descriptor that one daemon passes to the one that succeeds it, as a service manager passes sockets.
public struct PassedDescriptor: Sendable, Hashable {
    public enum Purpose: Sendable, Hashable {
        case socket(InheritedSocket.Purpose)
        /// That of a socket that the daemon made, which comes before it.
        case lock(InheritedSocket.Purpose)
        /// Where the two daemons talk.
        case predecessor

        private static let predecessorName = "llmgw-predecessor"
        private static let lockSuffix = ".lock"

        /// As in `$LISTEN_FDNAMES`.
        var name: String {
            switch self {
            case .socket(let purpose): purpose.rawValue
            case .lock(let purpose): purpose.rawValue + Self.lockSuffix
            case .predecessor: Self.predecessorName
            }
        }

        init?(name: String) {
            if name == Self.predecessorName {
                self = .predecessor
            } else if let purpose = InheritedSocket.Purpose(rawValue: name) {
                self = .socket(purpose)
            } else if name.hasSuffix(Self.lockSuffix),
                let purpose = InheritedSocket.Purpose(rawValue: String(name.dropLast(Self.lockSuffix.count)))
            {
                self = .lock(purpose)
            } else {
                return nil
            }
        }
    }

    public let descriptor: CInt
    public let purpose: Purpose

    public init(_ descriptor: CInt, _ purpose: Purpose) {
        self.descriptor = descriptor
        self.purpose = purpose
    }
}
