import TestSupport
import Testing

@testable import LLMGWWire

/// Random producers, credits and sends, watched by a model that knows nothing of how the queue works.
@Suite("Outbound queue: properties")
struct OutboundQueuePropertyTests {
    @Test("Credit is never overrun, order is kept, nothing is lost", arguments: 1...25 as ClosedRange<UInt64>)
    func randomTraffic(seed: UInt64) {
        var world = QueueWorld(seed: seed)
        for _ in 0..<300 { world.step() }
        world.finishAll()
        #expect(world.queue.queuedBytes == 0)
        #expect(world.queue.controlBytes == 0)
        #expect(!world.queue.isSendable)
    }
}

/// The queue under test, and what must come out of it.
private struct QueueWorld {
    struct Stream {
        var credit: Int
        /// Messages that have been queued and not wholly sent.
        var waiting: [[UInt8]] = []
        var end: [UInt8]?
        /// Bytes that were sent of the first message, and of END.
        var sent = 0
        var sentOfEnd = 0
        var isPaused = false
        var queued: Int { waiting.reduce(0) { $0 + $1.count } - sent }
    }

    var queue: OutboundQueue
    private var random: SeededRandom
    private var streams: [UInt32: Stream] = [:]
    private var control: [[UInt8]] = []
    private var nextStream: UInt32 = 1
    private let maxFrame: Int

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        maxFrame = [100, 5_000, 1 << 20].randomElement(using: &random) ?? 100
        queue = OutboundQueue(maxFrame: maxFrame)
    }

    mutating func step() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<8: open()
        case 8..<12: enqueueControl()
        case 12..<45: enqueueData()
        case 45..<50: enqueueEnd()
        case 50..<52: dropData()
        case 52..<70: credit(amount(upTo: 80_000) + 1)
        default: dequeue()
        }
        let queued = streams.values.reduce(0) { $0 + $1.queued + ($1.end?.count ?? 0) - $1.sentOfEnd }
        #expect(queue.queuedBytes == queued + queue.controlBytes)
        #expect(queue.controlBytes == control.reduce(0) { $0 + $1.count })
    }

    mutating func finishAll() {
        for (id, stream) in streams {
            if stream.end == nil { enqueueEnd(id) }
            queue.credit(id, 1 << 40)
            streams[id]?.credit += 1 << 40
        }
        while queue.isSendable { dequeue() }
        #expect(streams.isEmpty, "every stream that was opened has had its END")
        #expect(control.isEmpty)
    }

    private mutating func bytes() -> [UInt8] {
        let sizes = [0, 1, 50, 3_000, 70_000]
        let size = Int.random(in: 0...(sizes.randomElement(using: &random) ?? 1), using: &random)
        let start = Int.random(in: 0...1000, using: &random)
        return Array(Self.source[start..<(start + size)])
    }

    /// What messages are cut from, so that making them costs little.
    private static let source: [UInt8] = {
        var random = SeededRandom(seed: 0)
        return (0..<71_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    }()

    /// Small ones come often: they are where a limit is nearly reached.
    private mutating func amount(upTo most: Int) -> Int {
        Int.random(in: 0...([9, most].randomElement(using: &random) ?? most), using: &random)
    }

    private mutating func open() {
        let credit = amount(upTo: 100_000)
        queue.open(nextStream, credit: credit)
        streams[nextStream] = Stream(credit: credit)
        nextStream += 2
    }

    private mutating func enqueueControl() {
        let frame = bytes() + [1]
        queue.enqueueControl(frame)
        control.append(frame)
    }

    /// A stream whose END is not queued yet.
    private mutating func unfinished() -> UInt32? {
        streams.filter { $0.value.end == nil }.keys.sorted().randomElement(using: &random)
    }

    private mutating func enqueueData() {
        guard let id = unfinished() else { return }
        let message = bytes()
        let pauses = queue.enqueueData(id, message)
        streams[id]?.waiting.append(message)
        guard let stream = streams[id] else { return }
        #expect(pauses == (!stream.isPaused && stream.queued > OutboundQueue.highWater))
        if pauses { streams[id]?.isPaused = true }
    }

    private mutating func enqueueEnd() {
        guard let id = unfinished() else { return }
        enqueueEnd(id)
    }

    private mutating func enqueueEnd(_ id: UInt32) {
        let message = bytes()
        queue.enqueueEnd(id, message)
        streams[id]?.end = message
    }

    private mutating func dropData() {
        guard let id = streams.keys.sorted().randomElement(using: &random) else { return }
        queue.dropData(id)
        streams[id]?.waiting = []
        streams[id]?.sent = 0
        streams[id]?.isPaused = false
    }

    private mutating func credit(_ amount: Int) {
        // Now and then for a stream that is gone.
        let id = UInt32.random(in: 0...nextStream, using: &random) | 1
        queue.credit(id, amount)
        streams[id]?.credit += amount
    }

    private mutating func dequeue() {
        var written: (header: FrameHeader?, payload: [UInt8])?
        let progress = queue.dequeue { written = ($0, Array($1)) }
        guard let progress, let written else {
            let canSend = streams.values.contains { stream in
                stream.waiting.first.map { $0.isEmpty || stream.credit > 0 } ?? (stream.end != nil)
            }
            #expect(control.isEmpty && !canSend, "nothing is held back without a reason")
            return
        }
        guard let header = written.header else {
            #expect(progress == .control)
            let expected = control.isEmpty ? [] : control.removeFirst()
            #expect(written.payload == expected)
            return
        }
        #expect(control.isEmpty, "control frames overtake")
        #expect(written.payload.count == header.length)
        #expect(header.length <= min(maxFrame, OutboundQueue.slice))
        switch header.type {
        case .data: sent(data: written.payload, header, progress)
        case .end: sent(end: written.payload, header, progress)
        default: Issue.record("\(header.type) is no frame of a stream's reply")
        }
    }

    private mutating func sent(data payload: [UInt8], _ header: FrameHeader, _ progress: OutboundQueue.Progress) {
        guard var stream = streams[header.stream], let message = stream.waiting.first else {
            Issue.record("DATA that nobody queued")
            return
        }
        stream.credit -= payload.count
        #expect(stream.credit >= 0)
        #expect(message[stream.sent...].starts(with: payload))
        stream.sent += payload.count
        #expect(header.more == (stream.sent < message.count))
        if !header.more {
            stream.waiting.removeFirst()
            stream.sent = 0
        }
        let resumes = stream.isPaused && stream.queued + (stream.end?.count ?? 0) <= OutboundQueue.lowWater
        if resumes { stream.isPaused = false }
        #expect(progress == .data(stream: header.stream, bytes: payload.count, resume: resumes))
        streams[header.stream] = stream
    }

    private mutating func sent(end payload: [UInt8], _ header: FrameHeader, _ progress: OutboundQueue.Progress) {
        guard var stream = streams[header.stream], let end = stream.end, stream.waiting.isEmpty else {
            Issue.record("END before its time")
            return
        }
        #expect(end[stream.sentOfEnd...].starts(with: payload))
        stream.sentOfEnd += payload.count
        #expect(header.more == (stream.sentOfEnd < end.count))
        #expect(progress == (header.more ? .partOfEnd : .end(stream: header.stream)))
        streams[header.stream] = header.more ? stream : nil
    }
}
