import LLMGWCore
import LLMGWWire

/// However the daemon's bytes are cut, the Swift client reads the same from them.
enum RepliesTarget {
    private typealias Event = ClientConnectionStateMachine.Event

    static func test(_ input: [UInt8]) {
        var whole = Reader()
        var inPieces = Reader()
        // Calls begin once the connection is open, which must not depend on the cuts.
        let opening = input.indices.first { index in
            whole.receive(input[index...index])
            inPieces.receive(input[index...index])
            return whole.machine.isOpen
        }
        guard let opening else { return }
        let rest = Array(input[(opening + 1)...])
        whole.begin()
        whole.receive(rest[...])
        inPieces.begin()
        pieces(of: rest).forEach { inPieces.receive($0) }
        expect(whole.events == inPieces.events, "what came out depends on how the bytes came")
        expect(whole.violation == inPieces.violation, "the violation depends on how the bytes came")
        whole.events.forEach(whole.read)
    }

    private struct Reader {
        let codec = MessageCodec()
        var machine: ClientConnectionStateMachine
        var events: [Event] = []
        var violation: ProtocolViolation?

        init() {
            machine = ClientConnectionStateMachine(
                hello: ClientHello(clientName: "客户端", clientVersion: "1"), codec: codec)
        }

        /// Three calls, one of which is given up.
        mutating func begin() {
            for number in 0..<3 where machine.hasRoom {
                let stream = machine.open(method: Method.chat.rawValue, request: [UInt8](repeating: 1, count: 100))
                if number == 2 { machine.cancel(stream) }
            }
        }

        mutating func receive(_ bytes: ArraySlice<UInt8>) {
            guard violation == nil else { return }
            do throws(ProtocolViolation) {
                try bytes.withUnsafeBufferPointer { bytes throws(ProtocolViolation) in
                    try machine.receive(UnsafeRawBufferPointer(bytes), with: codec) { events.append($0) }
                }
            } catch {
                violation = error
            }
        }

        func read(_ event: Event) {
            switch event {
            case .head(_, let payload): _ = try? ReplyHead.decode(payload, with: codec)
            case .data(_, let payload):
                _ = try? ChatChunk.decode(payload, with: codec)
                _ = try? CompleteChunk.decode(payload, with: codec)
                _ = try? BatchEvent.decode(payload, with: codec)
            case .end(_, let payload):
                guard let end = try? EndEnvelope.decode(payload, with: codec) else { return }
                _ = try? ChatReply.decode(end.reply, with: codec)
                _ = try? CompleteReply.decode(end.reply, with: codec)
                _ = try? EmbedReply.decode(end.reply, with: codec)
                _ = try? BatchReply.decode(end.reply, with: codec)
            case .helloOK, .refused, .goAway: break
            }
        }
    }
}
