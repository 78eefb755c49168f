internal import Synchronization

/// How much of one answer is between libcurl's thread and the gateway loop.
///
/// An upstream can be faster than the loop: without a bound, everything it sends would pile up between the two, and the loop would come to
/// nothing else.
final class Backlog: Sendable {
    /// Bytes. The last piece may go beyond it.
    static let limit = 256 << 10

    private struct State {
        var bytes = 0
        var isHolding = false
    }

    private let state = Mutex(State())

    /// For the thread: notes a piece that goes to the loop. False if it has to wait until `taken` says that there is room.
    func add(_ bytes: Int) -> Bool {
        state.withLock { state in
            guard state.bytes < Self.limit else {
                state.isHolding = true
                return false
            }
            state.bytes += bytes
            return true
        }
    }

    /// For the loop: it is done with so much. True if the thread holds the transfer back and may go on.
    func taken(_ bytes: Int) -> Bool {
        state.withLock { state in
            state.bytes -= bytes
            guard state.isHolding, state.bytes <= Self.limit / 2 else { return false }
            state.isHolding = false
            return true
        }
    }
}
