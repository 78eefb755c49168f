import Testing

@testable import LLMGWWire

@Suite("Frame decoder: vectors")
struct FrameVectorTests {
    private enum Outcome: Equatable {
        case frame(type: UInt8, flags: UInt8, method: UInt16, stream: UInt32, payload: [UInt8])
        case fatal(String)
    }

    @Test(arguments: VectorCase.load("frames.hex"), Split.allCases)
    func vector(_ vector: VectorCase, split: Split) throws {
        var expected: [Outcome] = []
        var bytes: [UInt8] = []
        for line in vector.lines {
            switch line.verb {
            case "recv": bytes += try [UInt8](vector: line.words[0])
            case "frame":
                expected.append(
                    .frame(
                        type: try UInt8(vector: line.value("type")), flags: try UInt8(vector: line.value("flags")),
                        method: try UInt16(vector: line.value("method")),
                        stream: try UInt32(vector: line.value("stream")),
                        payload: try [UInt8](vector: line.value("payload"))))
            case "fatal": expected.append(.fatal(line.words[0]))
            default: Issue.record("unknown instruction \(line.verb)")
            }
        }
        #expect(decode(bytes, split) == expected)
    }

    private func decode(_ bytes: [UInt8], _ split: Split) -> [Outcome] {
        var outcomes: [Outcome] = []
        var decoder = FrameDecoder(maxFrame: 262_144)
        do throws(ProtocolViolation) {
            for chunk in split.chunks(of: bytes) {
                try chunk.withRawBytes { chunk throws(ProtocolViolation) in
                    try decoder.decode(chunk) { _, header, payload in
                        outcomes.append(
                            .frame(
                                type: header.type.rawValue, flags: header.flags, method: header.method,
                                stream: header.stream, payload: Array(payload)))
                    }
                }
            }
        } catch {
            outcomes.append(.fatal(error.rawValue))
        }
        return outcomes
    }
}
