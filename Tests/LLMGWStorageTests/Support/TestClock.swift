import Synchronization

/// A clock in nanoseconds that moves when the test says so.
final class TestClock: Sendable {
    private let time = Mutex<UInt64>(1_000_000_000_000)

    var now: UInt64 { time.withLock { $0 } }

    func advance(_ seconds: Double) {
        time.withLock { $0 += UInt64(seconds * 1e9) }
    }

    func set(_ nanoseconds: UInt64) {
        time.withLock { $0 = nanoseconds }
    }
}
