import LLMGWUpstream
import Synchronization

/// Counts the bytes of an answer that repeats one pattern, and checks that none is missing or out of place.
final class ReceivedBytes: Sendable {
    private let state = Mutex((count: 0, isIntact: true))

    var count: Int { state.withLock { $0.count } }
    var isIntact: Bool { state.withLock { $0.isIntact } }

    func add(_ bytes: [UInt8], period: [UInt8]) {
        state.withLock { state in
            var rest = bytes[...]
            while !rest.isEmpty {
                let begin = state.count % period.count
                let length = min(rest.count, period.count - begin)
                if rest.prefix(length) != period[begin..<(begin + length)] { state.isIntact = false }
                rest = rest.dropFirst(length)
                state.count += length
            }
        }
    }
}

/// A transfer's id, for its own handler.
final class TransferBox: Sendable {
    private let id = Mutex<TransferID?>(nil)

    func set(_ new: TransferID) { id.withLock { $0 = new } }
    func get() -> TransferID? { id.withLock { $0 } }
}
