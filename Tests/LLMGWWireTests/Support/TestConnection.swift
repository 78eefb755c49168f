import LLMGWCore

@testable import LLMGWWire

/// A daemon's side of a connection after HELLO, for tests that speak in frames.
struct TestConnection {
    typealias Action = ServerConnectionStateMachine.Action

    var machine: ServerConnectionStateMachine

    init(limits: ConnectionLimits = ConnectionLimits(), saysHello: Bool = true) throws(ProtocolViolation) {
        machine = ServerConnectionStateMachine(limits: limits)
        _ = try receive(Preface.bytes)
        if saysHello { _ = try receive(FrameHeader.frame(.hello)) }
    }

    mutating func receive(_ bytes: [UInt8]) throws(ProtocolViolation) -> [Action] {
        var actions: [Action] = []
        try bytes[...].withRawBytes { bytes throws(ProtocolViolation) in
            try machine.receive(bytes) { action throws(ProtocolViolation) in actions.append(action) }
        }
        return actions
    }

    mutating func request(
        _ stream: UInt32, _ payload: [UInt8] = [], more: Bool = false, method: UInt16 = 0x0201
    ) throws(ProtocolViolation) -> [Action] {
        try receive(FrameHeader.frame(.request, stream: stream, more: more, method: method, payload: payload))
    }

    mutating func cancel(_ stream: UInt32) throws(ProtocolViolation) -> [Action] {
        try receive(FrameHeader.frame(.cancel, stream: stream))
    }

    mutating func credit(_ stream: UInt32, _ amount: UInt32) throws(ProtocolViolation) -> [Action] {
        let payload = withUnsafeBytes(of: amount.bigEndian) { Array($0) }
        return try receive(FrameHeader.frame(.credit, stream: stream, payload: payload))
    }
}

extension ServerConnectionStateMachine.Action {
    /// The action in one word, with the reason of a refusal.
    var word: String {
        switch self {
        case .hello: "hello"
        case .request: "request"
        case .refuse(_, let error): "refuse \(error.reason.name.split(separator: ".").last ?? "")"
        case .cancel: "cancel"
        case .credit: "credit"
        case .pong: "pong"
        }
    }
}
