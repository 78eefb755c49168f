import LLMGWCore
import LLMGWUpstream
import Synchronization

/// A transport that does what the test says, for one transfer.
final class ScriptedTransport: HTTPTransport {
    enum Command: Equatable {
        case start, pause, resume, cancel
    }

    private struct State {
        var commands: [Command] = []
        var request: HTTPRequest?
        var receive: (@GatewayLoop ([HTTPEvent]) -> Void)?
    }

    private let state = Mutex(State())

    var commands: [Command] { state.withLock { $0.commands } }
    var request: HTTPRequest? { state.withLock { $0.request } }

    func start(_ request: HTTPRequest, _ receive: @escaping @GatewayLoop ([HTTPEvent]) -> Void) -> TransferID {
        state.withLock { state in
            state.commands.append(.start)
            state.request = request
            state.receive = receive
        }
        return TransferID(number: 1)
    }

    func pause(_ id: TransferID) { state.withLock { $0.commands.append(.pause) } }
    func resume(_ id: TransferID) { state.withLock { $0.commands.append(.resume) } }
    func cancel(_ id: TransferID) { state.withLock { $0.commands.append(.cancel) } }

    /// Lets these events happen in one batch, also after a cancel: they may have been on their way.
    @GatewayLoop
    func deliver(_ events: HTTPEvent...) {
        state.withLock { $0.receive }?(events)
    }
}

extension HTTPEvent {
    static func head(_ status: Int, _ fields: (name: String, value: String)...) -> HTTPEvent {
        .head(HTTPHead(status: status, fields: fields))
    }

    static func text(_ text: String) -> HTTPEvent { .body(Array(text.utf8)) }
}
