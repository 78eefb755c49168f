import LLMGWCore
import Testing

@testable import LLMGWWire

@Suite("Server connection: vectors")
struct ServerVectorTests {
    enum Outcome: Equatable {
        case send([UInt8])
        case request(stream: UInt32, method: UInt16, body: [UInt8])
        case cancel(stream: UInt32)
        case credit(stream: UInt32, bytes: Int)
        case refuse(stream: UInt32, reason: String)
        case fatal(String)
    }

    @Test(arguments: VectorCase.load("server.hex"), Split.allCases)
    func vector(_ vector: VectorCase, split: Split) throws {
        var server = ScriptedServer()
        var outcomes: [Outcome] = []
        var expected: [Outcome] = []
        for line in vector.lines {
            if line.verb == "recv" {
                #expect(outcomes == expected)
                outcomes = server.receive(try [UInt8](vector: line.words[0]), split)
                expected = []
            } else {
                expected.append(try outcome(line))
            }
        }
        #expect(outcomes == expected)
    }

    private func outcome(_ line: VectorCase.Line) throws -> Outcome {
        let words = line.words
        switch (line.verb, words[0]) {
        case ("send", _): return .send(try [UInt8](vector: words[0]))
        case ("event", "request"):
            return .request(
                stream: try UInt32(vector: words[1]), method: try UInt16(vector: words[2]),
                body: try [UInt8](vector: words[3]))
        case ("event", "cancel"): return .cancel(stream: try UInt32(vector: words[1]))
        case ("event", "credit"):
            return .credit(stream: try UInt32(vector: words[1]), bytes: try Int(vector: words[2]))
        case ("refuse", _): return .refuse(stream: try UInt32(vector: words[0]), reason: words[1])
        case ("fatal", _): return .fatal(words[0])
        default:
            Issue.record("unknown instruction \(line.verb) \(words)")
            return .fatal("unknown")
        }
    }
}

/// The state machine with the least of a driver: it answers HELLO and PING.
private struct ScriptedServer {
    private var machine = ServerConnectionStateMachine(limits: ConnectionLimits())
    private let codec = MessageCodec()

    mutating func receive(_ bytes: [UInt8], _ split: Split) -> [ServerVectorTests.Outcome] {
        var outcomes: [ServerVectorTests.Outcome] = []
        do throws(ProtocolViolation) {
            for chunk in split.chunks(of: bytes) {
                let codec = codec
                try chunk.withRawBytes { chunk throws(ProtocolViolation) in
                    try machine.receive(chunk) { action throws(ProtocolViolation) in
                        outcomes.append(try Self.outcome(action, codec))
                    }
                }
            }
        } catch {
            outcomes.append(.fatal(error.rawValue))
        }
        return outcomes
    }

    private static func outcome(
        _ action: ServerConnectionStateMachine.Action, _ codec: MessageCodec
    ) throws(ProtocolViolation) -> ServerVectorTests.Outcome {
        switch action {
        case .hello(let payload):
            guard (try? ClientHello.decode(payload, with: codec)) != nil else { throw .malformedMessage }
            let hello = ServerHello(serverVersion: "vectors", limits: ConnectionLimits())
            return .send(FrameHeader.frame(.helloOK, payload: hello.encode(with: codec)))
        case .request(let stream, let method, let body, _): return .request(stream: stream, method: method, body: body)
        case .refuse(let stream, let error): return .refuse(stream: stream, reason: error.reason.name)
        case .cancel(let stream): return .cancel(stream: stream)
        case .credit(let stream, let bytes): return .credit(stream: stream, bytes: bytes)
        case .pong(let payload): return .send(FrameHeader.frame(.pong, payload: payload))
        }
    }
}
