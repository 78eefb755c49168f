import Testing

@testable import LLMGWWire

@Suite("FIFO")
struct FIFOTests {
    @Test func order() {
        var queue = FIFO<Int>()
        #expect(queue.isEmpty && queue.first == nil && queue.popFirst() == nil)
        for number in 0..<10 { queue.append(number) }
        #expect((0..<4).map { _ in queue.popFirst() } == [0, 1, 2, 3])
        queue.first = 40
        queue.removeAll { $0 % 2 == 1 }
        #expect(queue.count == 3)
        #expect(queue.reduce([]) { $0 + [$1] } == [40, 6, 8])
        #expect((0..<4).map { _ in queue.popFirst() } == [40, 6, 8, nil])
    }

    @Test("What has left is not kept, although the queue is never empty")
    func steadyTraffic() {
        final class Payload {}
        var queue = FIFO<Payload>()
        weak var left: Payload?
        queue.append(Payload())
        left = queue.first
        for _ in 0..<10_000 {
            queue.append(Payload())
            _ = queue.popFirst()
            #expect(!queue.isEmpty)
        }
        #expect(left == nil)
        #expect(queue.heldSlots < 8)
    }
}
