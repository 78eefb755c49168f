import LLMGWCore
internal import LLMGWWire
internal import NIOCore
import Synchronization

/// One call, from its first attempt on. Releasing it gives the call up.
///
/// Repeats the call once if the daemon is known not to have begun with it. Read by one task at a time.
final class RunningCall: Sendable {
    /// How much longer than the daemon a caller waits, before it gives the daemon up.
    private static let grace = Duration.seconds(1)

    private struct Attempt {
        var connection: ClientConnection
        var call: ClientConnection.CallID
        var mayRepeat: Bool
    }

    private let connector: Connector
    private let method: Method
    private let request: [UInt8]
    private let deadline: NIODeadline?
    private let attempt: Mutex<Attempt>

    private init(
        connector: Connector, method: Method, request: [UInt8], deadline: NIODeadline?, attempt: Attempt
    ) {
        self.connector = connector
        self.method = method
        self.request = request
        self.deadline = deadline
        self.attempt = Mutex(attempt)
    }

    deinit {
        attempt.withLock { $0.connection.abandon($0.call) }
    }

    /// - Parameter request: a serialised `Request`.
    static func begin(
        _ method: Method, _ request: [UInt8], timeout: Duration?, through connector: Connector
    ) async throws(GatewayError) -> RunningCall {
        let deadline = timeout.map { NIODeadline.now() + .nanoseconds(($0 + Self.grace).wholeNanoseconds) }
        let connection = try await connector.connection()
        let call = await connection.begin(method, request, deadline: deadline)
        return RunningCall(
            connector: connector, method: method, request: request, deadline: deadline,
            attempt: Attempt(connection: connection, call: call, mayRepeat: true))
    }

    /// What is known of the answer so far.
    var head: ReplyHead {
        get async {
            let attempt = attempt.withLock { $0 }
            return await attempt.connection.head(of: attempt.call)
        }
    }

    /// The next piece. After an error or END, not to be called again.
    func next() async throws(GatewayError) -> CallEvent {
        while true {
            let current = attempt.withLock { $0 }
            do throws(GatewayError) {
                let event = try await current.connection.next(of: current.call)
                attempt.withLock { $0.mayRepeat = false }
                return event
            } catch {
                guard current.mayRepeat, Self.isRepeatable(error), !Task.isCancelled else { throw error }
            }
            let connection = try await connector.connection()
            let call = await connection.begin(method, request, deadline: deadline)
            attempt.withLock { $0 = Attempt(connection: connection, call: call, mayRepeat: false) }
        }
    }

    private static func isRepeatable(_ error: GatewayError) -> Bool {
        error.notProcessed && (error.reason == .localConnectionLost || error.reason == .draining)
    }

    /// Gives the call up. Harmless after its end.
    func cancel() {
        attempt.withLock { $0.connection.abandon($0.call) }
    }
}
