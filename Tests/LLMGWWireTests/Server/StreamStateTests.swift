import LLMGWCore
import Testing

@testable import LLMGWWire

/// PROTOCOL.md, "The daemon's view of a stream": every frame in every state.
@Suite("Server stream: every state × frame")
struct StreamStateTests {
    enum State: String, Sendable, CaseIterable {
        /// Before HELLO.
        case unopened
        case idle, receiving
        /// Cancelled while its parts were coming.
        case discarding
        case open, cancelled, ended
    }

    enum Frame: String, Sendable, CaseIterable {
        case request, requestMore, requestOfOtherMethod, cancel, cancelWithPayload, credit, creditOfZero
        case creditOfThreeBytes, creditTooLarge, ping, pingOnStream, pingOfSeven, pong, pongOnStream
        case hello, helloOnStream, helloOK, error, head, data, end, goAway

        static let stream: UInt32 = 5

        var bytes: [UInt8] {
            let id = Self.stream
            return switch self {
            case .request: FrameHeader.frame(.request, stream: id, method: 0x0201)
            case .requestMore: FrameHeader.frame(.request, stream: id, more: true, method: 0x0201)
            case .requestOfOtherMethod: FrameHeader.frame(.request, stream: id, method: 0x0202)
            case .cancel: FrameHeader.frame(.cancel, stream: id)
            case .cancelWithPayload: FrameHeader.frame(.cancel, stream: id, payload: [1])
            case .credit: FrameHeader.frame(.credit, stream: id, payload: [0, 0, 0, 1])
            case .creditOfZero: FrameHeader.frame(.credit, stream: id, payload: [0, 0, 0, 0])
            case .creditOfThreeBytes: FrameHeader.frame(.credit, stream: id, payload: [0, 0, 1])
            case .creditTooLarge: FrameHeader.frame(.credit, stream: id, payload: [0x7F, 0xFF, 0xFF, 0xFF])
            case .ping: FrameHeader.frame(.ping, payload: [UInt8](0..<8))
            case .pingOnStream: FrameHeader.frame(.ping, stream: id, payload: [UInt8](0..<8))
            case .pingOfSeven: FrameHeader.frame(.ping, payload: [UInt8](0..<7))
            case .pong: FrameHeader.frame(.pong, payload: [UInt8](0..<8))
            case .pongOnStream: FrameHeader.frame(.pong, stream: id, payload: [UInt8](0..<8))
            case .hello: FrameHeader.frame(.hello)
            case .helloOnStream: FrameHeader.frame(.hello, stream: id)
            case .helloOK: FrameHeader.frame(.helloOK)
            case .error: FrameHeader.frame(.error)
            case .head: FrameHeader.frame(.head, stream: id)
            case .data: FrameHeader.frame(.data, stream: id)
            case .end: FrameHeader.frame(.end, stream: id)
            case .goAway: FrameHeader.frame(.goAway)
            }
        }
    }

    /// What each frame leads to: an action, "-" for none, or a violation in one word with an exclamation mark.
    private static let table = """
        frame                 unopened   idle       receiving  discarding open       cancelled  ended
        request               frame!     request    request    -          frame!     frame!     stream!
        requestMore           frame!     -          -          -          frame!     frame!     stream!
        requestOfOtherMethod  frame!     request    frame!     frame!     frame!     frame!     stream!
        cancel                frame!     stream!    refuse     -          cancel     cancel     -
        cancelWithPayload     frame!     size!      size!      size!      size!      size!      size!
        credit                frame!     stream!    -          -          credit     credit     -
        creditOfZero          frame!     size!      size!      size!      size!      size!      size!
        creditOfThreeBytes    frame!     size!      size!      size!      size!      size!      size!
        creditTooLarge        frame!     stream!    credit!    -          credit!    credit!    -
        ping                  frame!     pong       pong       pong       pong       pong       pong
        pingOnStream          frame!     stream!    stream!    stream!    stream!    stream!    stream!
        pingOfSeven           frame!     size!      size!      size!      size!      size!      size!
        pong                  frame!     -          -          -          -          -          -
        pongOnStream          frame!     stream!    stream!    stream!    stream!    stream!    stream!
        hello                 hello      frame!     frame!     frame!     frame!     frame!     frame!
        helloOnStream         stream!    frame!     frame!     frame!     frame!     frame!     frame!
        helloOK               frame!     side!      side!      side!      side!      side!      side!
        error                 frame!     side!      side!      side!      side!      side!      side!
        head                  frame!     side!      side!      side!      side!      side!      side!
        data                  frame!     side!      side!      side!      side!      side!      side!
        end                   frame!     side!      side!      side!      side!      side!      side!
        goAway                frame!     side!      side!      side!      side!      side!      side!
        """

    private static let violations: [ProtocolViolation: String] = [
        .unexpectedFrame: "frame!", .wrongStream: "stream!", .wrongSize: "size!", .wrongSide: "side!",
        .creditOverflow: "credit!",
    ]

    @Test(arguments: State.allCases, Frame.allCases)
    func cell(state: State, frame: Frame) throws {
        let expected = try cell(frame.rawValue, state.rawValue)
        var connection = try connection(in: state)
        let outcome: String
        do throws(ProtocolViolation) {
            let actions = try connection.receive(frame.bytes)
            #expect(actions.count <= 1)
            outcome = actions.first.map { String($0.word.prefix { $0 != " " }) } ?? "-"
        } catch {
            outcome = Self.violations[error] ?? error.rawValue
        }
        #expect(outcome == expected)
    }

    /// The word at this place of the table.
    private func cell(_ frame: String, _ state: String) throws -> String {
        let rows = Self.table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let column = try #require(rows[0].firstIndex(of: state))
        let row = try #require(rows.first { $0[0] == frame })
        try #require(row.count == State.allCases.count + 1)
        return row[column]
    }

    /// A connection whose stream 5 is in the state.
    private func connection(in state: State) throws -> TestConnection {
        guard state != .unopened else { return try TestConnection(saysHello: false) }
        var connection = try TestConnection()
        _ = try connection.request(3)
        switch state {
        case .unopened, .idle: break
        case .receiving: _ = try connection.request(Frame.stream, more: true)
        case .discarding:
            _ = try connection.request(Frame.stream, more: true)
            _ = try connection.cancel(Frame.stream)
        case .open: _ = try connection.request(Frame.stream)
        case .cancelled:
            _ = try connection.request(Frame.stream)
            _ = try connection.cancel(Frame.stream)
        case .ended:
            _ = try connection.request(Frame.stream)
            connection.machine.ended(stream: Frame.stream)
        }
        return connection
    }
}
