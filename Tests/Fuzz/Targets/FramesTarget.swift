import LLMGWCore
import LLMGWWire

/// However a client's bytes are cut, the same comes out of them, and what a request holds is decoded.
enum FramesTarget {
    private typealias Action = ServerConnectionStateMachine.Action

    /// Small, so that small inputs reach them.
    private static let limits = ConnectionLimits(maxFrame: 512, maxMessage: 1024, maxStreams: 4, initialCredit: 64)

    static func test(_ input: [UInt8]) {
        let (whole, violation) = run([input[...]])
        let (inPieces, otherViolation) = run(pieces(of: input))
        expect(whole == inPieces, "what came out depends on how the bytes came")
        expect(violation == otherViolation, "the violation depends on how the bytes came")
        let codec = MessageCodec()
        for case .request(_, let method, let body, _) in whole {
            guard let envelope = try? CallEnvelope.decode(body, with: codec) else { continue }
            RequestsTarget.test(method: method, envelope.body, codec)
        }
        serve(pieces(of: input))
    }

    private static func run(_ input: [ArraySlice<UInt8>]) -> ([Action], ProtocolViolation?) {
        var machine = ServerConnectionStateMachine(limits: limits)
        var actions: [Action] = []
        for piece in input {
            do throws(ProtocolViolation) {
                try receive(piece, &machine) { actions.append($0) }
            } catch {
                return (actions, error)
            }
        }
        return (actions, nil)
    }

    /// As a driver does it: answers, ends of streams and the drain come between what is read.
    private static func serve(_ input: [ArraySlice<UInt8>]) {
        var machine = ServerConnectionStateMachine(limits: limits)
        for (number, piece) in input.enumerated() {
            var begun: [UInt32] = []
            do throws(ProtocolViolation) {
                try receive(piece, &machine) { action in
                    if case .request(let stream, _, _, _) = action { begun.append(stream) }
                }
            } catch {
                return
            }
            for stream in begun {
                machine.sentData(stream: stream, bytes: 16)
                if stream % 4 == 1 { machine.ended(stream: stream) }
            }
            expect(machine.openStreams <= Int(limits.maxStreams), "more streams are open than are allowed")
            if number == 40 { _ = machine.drain() }
        }
    }

    private static func receive(
        _ bytes: ArraySlice<UInt8>, _ machine: inout ServerConnectionStateMachine, _ perform: (Action) -> Void
    ) throws(ProtocolViolation) {
        try bytes.withUnsafeBufferPointer { bytes throws(ProtocolViolation) in
            try machine.receive(UnsafeRawBufferPointer(bytes)) { action throws(ProtocolViolation) in perform(action) }
        }
    }
}
