import TestSupport
import Testing

@testable import LLMGWWire

@Suite("Frame decoder")
struct FrameDecoderTests {
    /// What came out: the kind, the header and the payload.
    private struct Output: Equatable {
        var isSkipped: Bool
        var header: FrameHeader
        var payload: [UInt8]
    }

    private func decode(
        _ bytes: [UInt8], _ split: Split, with decoder: FrameDecoder
    ) throws(ProtocolViolation) -> [Output] {
        var decoder = decoder
        var outputs: [Output] = []
        for chunk in split.chunks(of: bytes) {
            try chunk.withRawBytes { chunk throws(ProtocolViolation) in
                try decoder.decode(chunk) { kind, header, payload in
                    outputs.append(Output(isSkipped: kind == .skipped, header: header, payload: Array(payload)))
                }
            }
        }
        return outputs
    }

    @Test(
        "What is written as frames is read as the same frames, however it arrives",
        arguments: 1...20 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var bytes: [UInt8] = []
        var expected: [Output] = []
        for _ in 0..<40 {
            let payload = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if Int.random(in: 0..<5, using: &random) == 0 {
                var ancillary = FrameHeader.frame(.data, stream: .random(in: 0...9, using: &random), payload: payload)
                ancillary[4] = .random(in: 0x80...0xFF, using: &random)
                bytes += ancillary
                continue
            }
            let type = FrameType.allCases.randomElement(using: &random) ?? .ping
            let header = FrameHeader(
                type, stream: .random(in: 0 ... .max, using: &random), length: payload.count,
                more: .random(using: &random), method: type == .request ? .random(in: 0 ... .max, using: &random) : 0)
            bytes += FrameHeader.frame(
                type, stream: header.stream, more: header.more, method: header.method, payload: payload)
            expected.append(Output(isSkipped: false, header: header, payload: payload))
        }
        for split in Split.allCases {
            #expect(try decode(bytes, split, with: FrameDecoder(maxFrame: 1024)) == expected)
        }
    }

    @Test(
        "A REQUEST above the limit is skipped where the decoder is told so, and what follows is read",
        arguments: Split.allCases)
    func oversizedRequest(split: Split) throws {
        let long = [UInt8](repeating: 7, count: 101)
        let ping = [UInt8](0..<8)
        let bytes =
            FrameHeader.frame(.request, stream: 3, more: true, method: 0x0201, payload: long)
            + FrameHeader.frame(.ping, payload: ping)
        let outputs = try decode(bytes, split, with: FrameDecoder(maxFrame: 100, oversizedRequest: .skip))
        #expect(
            outputs == [
                Output(
                    isSkipped: true, header: FrameHeader(.request, stream: 3, length: 101, more: true, method: 0x0201),
                    payload: []),
                Output(isSkipped: false, header: FrameHeader(.ping, length: 8), payload: ping),
            ])
        #expect(throws: ProtocolViolation.frameTooLarge) {
            try decode(bytes, split, with: FrameDecoder(maxFrame: 100))
        }
    }

    @Test("A REQUEST of 2^24 bytes and more is never skipped", arguments: Split.allCases)
    func requestAboveAllLimits(split: Split) {
        let header: [UInt8] = [1, 0, 0, 0, 0x10, 0, 2, 1, 0, 0, 0, 1, 0, 0, 0, 0]
        #expect(throws: ProtocolViolation.frameTooLarge) {
            try decode(header, split, with: FrameDecoder(maxFrame: 100, oversizedRequest: .skip))
        }
    }

    @Test("Random bytes never do more than violate the protocol", arguments: 1...200 as ClosedRange<UInt64>)
    func garbage(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var bytes = (0..<2000).map { _ in UInt8.random(in: 0...255, using: &random) }
        // Short lengths, so that the decoder gets beyond the first header.
        for index in stride(from: 0, to: bytes.count, by: 5) { bytes[index] = 0 }
        let results = Split.allCases.map { split in
            Result { () throws(ProtocolViolation) in try decode(bytes, split, with: FrameDecoder(maxFrame: 256)) }
        }
        #expect(results.allSatisfy { $0 == results[0] })
    }
}
