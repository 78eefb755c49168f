public import LLMGWCore

/// Merges small concurrent Embed calls for one model into upstream calls.
///
/// A call is waiting, then in a batch, and counts against the limit until it is removed. The first waiting call starts the clock; a batch goes when
/// it is full or the clock has run out. There is one timer at most. Wrong input: adding a member twice, or more inputs than a batch holds, is
/// our bug (precondition); a timer that comes late, and removing a member twice, are races and do nothing.
public struct EmbedBatcher<Member: Hashable & Sendable>: Sendable {
    public enum Action: Sendable, Equatable {
        /// Call `timerFired` then.
        case startTimer(MonotonicInstant)
        /// Send these members' inputs in one upstream call. Their order is the order of arrival.
        case flush([Member])
    }

    /// Too many inputs wait or are in batches already.
    public struct QueueFull: Error, Equatable {}

    private let settings: EmbedBatching
    private var waiting: [(member: Member, inputs: Int)] = []
    private var waitingInputs = 0
    /// The inputs of every member that was added and not removed.
    private var held: [Member: Int] = [:]
    private var heldInputs = 0
    private var flushAt: MonotonicInstant?
    /// The timer that was asked for. It is never later than `flushAt`.
    private var timerAt: MonotonicInstant?

    public init(settings: EmbedBatching) {
        self.settings = settings
    }

    public var isEmpty: Bool { held.isEmpty }

    /// Calls of this size are worth merging; a larger one goes alone.
    public func merges(inputs: Int) -> Bool { inputs < settings.maxBatch }

    public mutating func add(_ member: Member, inputs: Int, now: MonotonicInstant) throws(QueueFull) -> [Action] {
        precondition(merges(inputs: inputs), "a large call goes alone")
        precondition(held[member] == nil, "a member is added once")
        guard heldInputs + inputs <= settings.maxQueue else { throw QueueFull() }
        held[member] = inputs
        heldInputs += inputs
        var actions: [Action] = []
        if waitingInputs + inputs > settings.maxBatch { actions.append(flush()) }
        waiting.append((member, inputs))
        waitingInputs += inputs
        if waitingInputs == settings.maxBatch {
            actions.append(flush())
        } else if flushAt == nil {
            let deadline = now + settings.maxWait
            flushAt = deadline
            if timerAt == nil { actions.append(startTimer(deadline)) }
        }
        return actions
    }

    /// The caller has its answer, or gave up.
    public mutating func remove(_ member: Member) {
        heldInputs -= held.removeValue(forKey: member) ?? 0
        guard let index = waiting.firstIndex(where: { $0.member == member }) else { return }
        waitingInputs -= waiting[index].inputs
        waiting.remove(at: index)
        if waiting.isEmpty { flushAt = nil }
    }

    public mutating func timerFired(now: MonotonicInstant) -> [Action] {
        // A timer that is not this one's was set for a batcher before it.
        guard let timerAt, timerAt <= now else { return [] }
        self.timerAt = nil
        guard let flushAt else { return [] }
        return now >= flushAt ? [flush()] : [startTimer(flushAt)]
    }

    private mutating func startTimer(_ deadline: MonotonicInstant) -> Action {
        timerAt = deadline
        return .startTimer(deadline)
    }

    private mutating func flush() -> Action {
        let members = waiting.map(\.member)
        waiting.removeAll(keepingCapacity: true)
        waitingInputs = 0
        flushAt = nil
        return .flush(members)
    }
}
