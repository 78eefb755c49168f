import LLMGWCore
import Testing

@testable import LLMGWWire

@Suite("Messages: there and back")
struct RoundTripTests {
    @Test(arguments: MessageSample.all)
    func isUnchanged(_ sample: MessageSample) throws {
        try expectRoundTrip(sample.value)
    }

    private func expectRoundTrip<Value: WireMessage & Equatable>(_ value: Value) throws {
        let codec = MessageCodec()
        let bytes = value.encode(with: codec)
        #expect(try Value.decode(bytes, with: codec) == value)
        #expect(value.encode(with: codec) == bytes, "the codec's memory has no traces of the last message")
    }

    @Test func batchEvents() throws {
        let codec = MessageCodec()
        let progress = BatchProgress(total: 3, succeeded: 1, failed: 2)
        let reply = ChatReply(choices: [.init(index: 0, text: "好")])
        let events: [BatchEvent] = [
            .progress(progress), .result(index: 0, .success(reply)), .result(index: 7, .failure(fullError)),
        ]
        let read = try events.map { try BatchEvent.decode($0.encode(with: codec), with: codec) }
        try #require(read.count == 3)
        if case .progress(let back) = read[0] { #expect(back == progress) } else { Issue.record("\(read[0])") }
        if case .result(0, .success(let back)) = read[1] { #expect(back == reply) } else { Issue.record("\(read[1])") }
        if case .result(7, .failure(let back)) = read[2] {
            #expect(back == fullError)
        } else {
            Issue.record("\(read[2])")
        }
    }

    @Test("No bytes are a message with no fields set")
    func emptyBytes() throws {
        let codec = MessageCodec()
        #expect(try ChatRequest.decode([], with: codec) == ChatRequest(messages: []))
        #expect(try ChatChunk.decode([], with: codec) == ChatChunk())
        #expect(try EndEnvelope.decode([], with: codec) == EndEnvelope())
        #expect(EmptyRequest().encode(with: codec).isEmpty)
    }

    @Test("A timeout too short for the field does not become none, and none stays none")
    func timeouts() throws {
        let codec = MessageCodec()
        func sent(_ timeout: Duration?) throws -> Duration? {
            let envelope = CallEnvelope(options: CallOptions(timeout: timeout), body: [])
            return try CallEnvelope.decode(envelope.encode(with: codec), with: codec).options.timeout
        }
        #expect(try sent(nil) == nil)
        #expect(try sent(.microseconds(1)) == .milliseconds(1))
        #expect(try sent(.seconds(-5)) == .milliseconds(1))
        #expect(try sent(.seconds(3600)) == .seconds(3600))
    }

    @Test("Fields that this version does not know are skipped")
    func unknownFields() throws {
        let codec = MessageCodec()
        let unknown = Proto.text(1999, "new") + Proto.number(2000, 7)
        for sample in MessageSample.all { try expectUnchanged(sample.value, unknown, codec) }
    }

    private func expectUnchanged<Value: WireMessage & Equatable>(
        _ value: Value, _ more: [UInt8], _ codec: MessageCodec
    ) throws {
        #expect(try Value.decode(value.encode(with: codec) + more, with: codec) == value)
    }
}

/// Protobuf's wire format, written by hand.
enum Proto {
    static func varint(_ value: UInt64) -> [UInt8] {
        var value = value
        var bytes: [UInt8] = []
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        return bytes + [UInt8(value)]
    }

    static func number(_ field: UInt64, _ value: UInt64) -> [UInt8] { varint(field << 3) + varint(value) }

    static func bytes(_ field: UInt64, _ value: [UInt8]) -> [UInt8] {
        varint(field << 3 | 2) + varint(UInt64(value.count)) + value
    }

    static func text(_ field: UInt64, _ value: String) -> [UInt8] { bytes(field, Array(value.utf8)) }
}
