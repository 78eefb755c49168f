import Testing

@testable import LLMGWWire

@Suite("Outbound queue")
struct OutboundQueueTests {
    private func drain(_ queue: inout OutboundQueue) -> [OutboundQueue.Progress] {
        var all: [OutboundQueue.Progress] = []
        while let progress = queue.dequeue({ _, _ in }) { all.append(progress) }
        return all
    }

    @Test func controlFramesComeFirst() {
        var queue = OutboundQueue(maxFrame: 1000)
        queue.open(1, credit: 1000)
        _ = queue.enqueueData(1, [1])
        queue.enqueueControl([9, 9])
        #expect(queue.controlBytes == 2)
        #expect(queue.queuedBytes == 3)
        #expect(drain(&queue) == [.control, .data(stream: 1, bytes: 1, resume: false)])
        #expect(queue.queuedBytes == 0)
        #expect(!queue.isSendable)
    }

    @Test func nothingFollowsTheLastFrame() {
        var queue = OutboundQueue(maxFrame: 1000)
        queue.open(1, credit: 1000)
        _ = queue.enqueueData(1, [1])
        queue.enqueueEnd(1, [2])
        queue.enqueueControl([9, 9])
        queue.enqueueLast([8])
        #expect(queue.queuedBytes == 3)
        #expect(drain(&queue) == [.control, .control])
        #expect(!queue.isSendable)
        #expect(queue.queuedBytes == 0)
    }

    @Test func streamsTakeTurns() {
        var queue = OutboundQueue(maxFrame: 100)
        for stream in [1, 3, 5] as [UInt32] {
            queue.open(stream, credit: 10_000)
            _ = queue.enqueueData(stream, [UInt8](repeating: 0, count: 250))
        }
        let order = drain(&queue).map { progress in
            if case .data(let stream, let bytes, _) = progress { "\(stream):\(bytes)" } else { "?" }
        }
        #expect(order == ["1:100", "3:100", "5:100", "1:100", "3:100", "5:100", "1:50", "3:50", "5:50"])
    }

    @Test func aStreamWithoutCreditHoldsUpNobody() {
        var queue = OutboundQueue(maxFrame: 100)
        queue.open(1, credit: 3)
        queue.open(3, credit: 100)
        _ = queue.enqueueData(1, [1, 2, 3, 4])
        _ = queue.enqueueData(3, [5])
        #expect(
            drain(&queue) == [.data(stream: 1, bytes: 3, resume: false), .data(stream: 3, bytes: 1, resume: false)])
        #expect(!queue.isSendable)
        queue.credit(1, 5)
        #expect(drain(&queue) == [.data(stream: 1, bytes: 1, resume: false)])
    }

    @Test func endAndEmptyMessagesNeedNoCredit() {
        var queue = OutboundQueue(maxFrame: 100)
        queue.open(1, credit: 0)
        _ = queue.enqueueData(1, [])
        queue.enqueueEnd(1, [1, 2])
        #expect(drain(&queue) == [.data(stream: 1, bytes: 0, resume: false), .end(stream: 1)])
    }

    @Test func endWaitsForTheDataBeforeIt() {
        var queue = OutboundQueue(maxFrame: 100)
        queue.open(1, credit: 0)
        _ = queue.enqueueData(1, [1])
        queue.enqueueEnd(1, [])
        #expect(drain(&queue).isEmpty)
        queue.credit(1, 1)
        #expect(drain(&queue) == [.data(stream: 1, bytes: 1, resume: false), .end(stream: 1)])
    }

    @Test func droppedDataLeavesRoomForEnd() {
        var queue = OutboundQueue(maxFrame: 100)
        queue.open(1, credit: 2)
        _ = queue.enqueueData(1, [1, 2, 3])
        #expect(drain(&queue) == [.data(stream: 1, bytes: 2, resume: false)])
        queue.dropData(1)
        #expect(queue.queuedBytes == 0)
        queue.enqueueEnd(1, [7])
        #expect(drain(&queue) == [.end(stream: 1)])
    }

    @Test func aLongEndIsCutToo() {
        var queue = OutboundQueue(maxFrame: 100)
        queue.open(1, credit: 0)
        queue.enqueueEnd(1, [UInt8](repeating: 0, count: 250))
        #expect(drain(&queue) == [.partOfEnd, .partOfEnd, .end(stream: 1)])
    }

    @Test("The producer pauses above the high mark and goes on at the low one, once each")
    func marks() {
        var queue = OutboundQueue(maxFrame: 4096)
        queue.open(1, credit: 1 << 20)
        let message = [UInt8](repeating: 0, count: 4096)
        let pauses = (0..<20).map { _ in queue.enqueueData(1, message) }
        #expect(pauses.firstIndex(of: true) == OutboundQueue.highWater / 4096)
        #expect(pauses.count { $0 } == 1)
        var left = 20 * 4096
        var resumedAt: [Int] = []
        for progress in drain(&queue) {
            guard case .data(_, let bytes, let resume) = progress else { continue }
            left -= bytes
            if resume { resumedAt.append(left) }
        }
        #expect(resumedAt == [OutboundQueue.lowWater])
    }

    @Test func creditForAStreamThatIsGoneIsIgnored() {
        var queue = OutboundQueue(maxFrame: 100)
        queue.open(1, credit: 1)
        queue.enqueueEnd(1, [])
        #expect(drain(&queue) == [.end(stream: 1)])
        queue.credit(1, 100)
        #expect(!queue.isSendable)
    }
}
