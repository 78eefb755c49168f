internal import Synchronization

/// Decides between the thread that is about to send a request and the loop that gives it up, so that "not processed" is never a guess: the
/// sender's news takes a moment to reach the loop, and a clock may run out in it.
///
/// States: unused → used, or unused → revoked; both terminal.
public final class SendPermit: Sendable {
    private static let unused: UInt8 = 0
    private static let used: UInt8 = 1
    private static let revoked: UInt8 = 2

    private let state = Atomic(SendPermit.unused)

    /// For the sender, before the first byte leaves. False if the request was given up. May be asked again.
    public func use() -> Bool { settle(Self.used) }

    /// True if nothing has left; then nothing will. May be asked again.
    public func revoke() -> Bool { settle(Self.revoked) }

    private func settle(_ wanted: UInt8) -> Bool {
        let result = state.compareExchange(expected: Self.unused, desired: wanted, ordering: .sequentiallyConsistent)
        return result.exchanged || result.original == wanted
    }
}
