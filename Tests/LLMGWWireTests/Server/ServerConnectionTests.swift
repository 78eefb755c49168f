import LLMGWCore
import Testing

@testable import LLMGWWire

@Suite("Server connection")
struct ServerConnectionTests {
    @Test("A request that comes right behind HELLO is judged by the connection's limits", arguments: Split.allCases)
    func pipelined(split: Split) throws {
        let body = [UInt8](repeating: 1, count: 5000)
        let bytes =
            Preface.bytes + FrameHeader.frame(.hello)
            + FrameHeader.frame(.request, stream: 1, method: 0x0201, payload: body)
        var machine = ServerConnectionStateMachine(limits: ConnectionLimits())
        var words: [String] = []
        for chunk in split.chunks(of: bytes) {
            try chunk.withRawBytes { chunk throws(ProtocolViolation) in
                try machine.receive(chunk) { action throws(ProtocolViolation) in words.append(action.word) }
            }
        }
        #expect(words == ["hello", "request"])
        #expect(machine.openStreams == 1)
    }

    @Test(
        "Frames are counted when they are whole, also those that are too large to be taken", arguments: Split.allCases)
    func counts(split: Split) throws {
        let limits = ConnectionLimits(maxFrame: 1024)
        let bytes =
            Preface.bytes + FrameHeader.frame(.hello)
            + FrameHeader.frame(.request, stream: 1, method: 0x0201, payload: [UInt8](repeating: 1, count: 2000))
            + FrameHeader.frame(.request, stream: 3, method: 0x0201, payload: [1])
            + FrameHeader.frame(.cancel, stream: 3)
        var machine = ServerConnectionStateMachine(limits: limits)
        for chunk in split.chunks(of: bytes) {
            try chunk.withRawBytes { chunk throws(ProtocolViolation) in
                try machine.receive(chunk) { _ throws(ProtocolViolation) in }
            }
        }
        let received = machine.received
        #expect([received[.hello], received[.request], received[.cancel], received[.credit]] == [1, 2, 1, 0])
        #expect(received.bytes == UInt64(bytes.count - Preface.bytes.count))
    }

    @Test func openStreamsAreThoseThatAreOwedAnEnd() throws {
        var connection = try TestConnection()
        _ = try connection.request(1)
        _ = try connection.request(3, more: true)
        _ = try connection.request(5, more: true)
        #expect(connection.machine.openStreams == 3)
        _ = try connection.cancel(5)
        #expect(connection.machine.openStreams == 2)
        connection.machine.ended(stream: 1)
        _ = try connection.request(3)
        #expect(connection.machine.openStreams == 1)
        connection.machine.ended(stream: 3)
        #expect(connection.machine.openStreams == 0)
    }

    @Test func tooManyStreamsAreRefusedWithoutBeingProcessed() throws {
        var connection = try TestConnection(limits: ConnectionLimits(maxStreams: 2))
        #expect(try connection.request(1).map(\.word) == ["request"])
        #expect(try connection.request(3, more: true).isEmpty)
        let refusal = try connection.request(5)
        #expect(refusal.map(\.word) == ["refuse too_many_streams"])
        #expect(refusal.allSatisfy { $0.isNotProcessed })
        connection.machine.ended(stream: 1)
        #expect(try connection.request(7).map(\.word) == ["request"])
    }

    @Test func afterGoAwayNewStreamsAreRefusedAndOldOnesGoOn() throws {
        var connection = try TestConnection()
        _ = try connection.request(1)
        _ = try connection.request(7, [1], more: true)
        #expect(connection.machine.drain() == 7)
        let refusal = try connection.request(9)
        #expect(refusal.map(\.word) == ["refuse draining"])
        #expect(refusal.allSatisfy { $0.isNotProcessed })
        #expect(try connection.request(7, [2]) == [.request(stream: 7, method: 0x0201, body: [1, 2], credit: 262_144)])
        #expect(try connection.credit(1, 10) == [.credit(stream: 1, bytes: 10)])
        #expect(connection.machine.drain() == 7, "a second GOAWAY names the same stream")
    }

    @Test("The rest of a refused request is dropped, whatever it was refused for")
    func partsOfARefusedRequest() throws {
        var connection = try TestConnection(limits: ConnectionLimits(maxStreams: 1))
        _ = try connection.request(1)
        #expect(try connection.request(3, [1], more: true).map(\.word) == ["refuse too_many_streams"])
        #expect(try connection.request(3, [2], more: true).isEmpty)
        #expect(try connection.cancel(3).isEmpty)
        #expect(try connection.request(3, [3]).isEmpty)
        #expect(throws: ProtocolViolation.wrongStream) { try connection.request(3, [4]) }
    }

    @Test func refusedRequestsWithoutAnEndAreBounded() throws {
        var connection = try TestConnection(limits: ConnectionLimits(maxStreams: 2))
        for stream in [1, 3] as [UInt32] {
            _ = try connection.request(stream, [1], more: true)
            _ = try connection.cancel(stream)
        }
        #expect(connection.machine.openStreams == 0)
        _ = try connection.request(3, [2])
        _ = try connection.request(5, [1], more: true)
        _ = try connection.cancel(5)
        _ = try connection.request(7, [1], more: true)
        #expect(throws: ProtocolViolation.tooManyRefusedRequests) { try connection.cancel(7) }
    }

    @Test func creditDuringTheRequestCountsFromTheStart() throws {
        var connection = try TestConnection(limits: ConnectionLimits(initialCredit: 100))
        _ = try connection.request(1, [1], more: true)
        #expect(try connection.credit(1, 20).isEmpty)
        #expect(try connection.credit(1, 3).isEmpty)
        #expect(try connection.request(1, [2]) == [.request(stream: 1, method: 0x0201, body: [1, 2], credit: 123)])
    }

    @Test func creditThatWasSpentMayBeGivenAgain() throws {
        var connection = try TestConnection(limits: ConnectionLimits(initialCredit: 10))
        _ = try connection.request(1)
        let rest = UInt32(Int32.max) - 10
        #expect(try connection.credit(1, rest).map(\.word) == ["credit"])
        connection.machine.sentData(stream: 1, bytes: 4)
        #expect(try connection.credit(1, 4).map(\.word) == ["credit"])
        #expect(throws: ProtocolViolation.creditOverflow) { try connection.credit(1, 1) }
    }
}

@Suite("Server connection: bounded memory")
struct ServerMemoryLimitTests {
    private static let limits = ConnectionLimits(maxFrame: 1000, maxMessage: 3000)
    private static let part = [UInt8](repeating: 9, count: 1000)

    @Test func messageOfExactlyTheLimit() throws {
        var connection = try TestConnection(limits: Self.limits)
        #expect(try connection.request(1, Self.part, more: true).isEmpty)
        #expect(try connection.request(1, Self.part, more: true).isEmpty)
        #expect(try connection.request(1, Self.part).map(\.word) == ["request"])
    }

    @Test func messageAboveTheLimitIsRefusedAndABoundedRestDropped() throws {
        var connection = try TestConnection(limits: Self.limits)
        for _ in 0..<3 { #expect(try connection.request(1, Self.part, more: true).isEmpty) }
        let refusal = try connection.request(1, [1], more: true)
        #expect(refusal.map(\.word) == ["refuse message_too_large"])
        #expect(refusal.allSatisfy { $0.isNotProcessed })
        for _ in 0..<3 { #expect(try connection.request(1, Self.part, more: true).isEmpty) }
        #expect(throws: ProtocolViolation.frameTooLarge) { try connection.request(1, [1], more: true) }
    }

    @Test func frameAboveTheLimitRefusesTheOneRequest() throws {
        var connection = try TestConnection(limits: Self.limits)
        let long = [UInt8](repeating: 1, count: 1001)
        #expect(try connection.request(1, long).map(\.word) == ["refuse message_too_large"])
        #expect(try connection.request(3, Self.part, more: true).isEmpty)
        #expect(try connection.request(3, long, more: true).map(\.word) == ["refuse message_too_large"])
        #expect(try connection.request(3).isEmpty)
        #expect(try connection.request(5).map(\.word) == ["request"])
    }

    @Test func unfinishedRequestsTogetherAreBounded() throws {
        let limits = ConnectionLimits(maxFrame: 16 << 20 - 1, maxMessage: 32 << 20)
        let part = [UInt8](repeating: 0, count: 15 << 20)
        var connection = try TestConnection(limits: limits)
        for stream in [1, 3, 5, 7] as [UInt32] {
            #expect(try connection.request(stream, part, more: true).isEmpty)
        }
        let refusal = try connection.request(9, part, more: true)
        #expect(refusal.map(\.word) == ["refuse too_many_streams"])
        #expect(refusal.allSatisfy { $0.isNotProcessed })
        #expect(try connection.request(3, part, more: true).map(\.word) == ["refuse too_many_streams"])
        // What a finished or cancelled request held is free again.
        #expect(try connection.request(1, []).map(\.word) == ["request"])
        #expect(try connection.cancel(5).map(\.word) == ["refuse cancelled"])
        #expect(try connection.request(11, part, more: true).isEmpty)
        #expect(try connection.request(13, part, more: true).isEmpty)
    }
}

extension ServerConnectionStateMachine.Action {
    fileprivate var isNotProcessed: Bool {
        if case .refuse(_, let error) = self { error.notProcessed } else { false }
    }
}
