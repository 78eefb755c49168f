public import LLMGWCore

/// One upstream call whose answer several equal requests share: a log that only grows, and where each subscriber has got to in it.
///
/// States: running → ended (terminal), by an answer, a failure, or because the last subscriber left. A subscriber starts at the beginning
/// of the log and takes piece after piece, as fast as it likes; none is skipped. Who is a whole log
/// behind and holds up others has to leave in the end. Wrong input: a subscriber that joins twice, and a piece
/// after the end, are our bugs (precondition). Events of a subscriber that has left are a race and ignored.
public struct Flight<Subscriber: Hashable & Sendable>: Sendable {
    private struct Cursor: Sendable {
        /// The number of the next piece, counted from the beginning of the answer.
        var next = 0
        var isPaused = false
        /// How long it has held up others before, and since when it does again.
        var delayed = Duration.zero
        var delaysSince: MonotonicInstant?
    }

    /// Bytes of the log that are kept for those who come later. Beyond it nobody joins, and what all have taken is forgotten.
    private let logLimit: Int
    /// Whether the call goes on without subscribers: an answer that is made anew for the cache alone.
    private var isDetached: Bool
    private var log: [[UInt8]] = []
    /// The number of the log's first piece.
    private var first = 0
    private var logBytes = 0
    private var cursors: [Subscriber: Cursor] = [:]
    private var order: [Subscriber] = []
    /// On whose behalf the call is made; it may have left. A detached call is made on nobody's.
    private var leader: Subscriber?
    private var isProducerPaused = false
    /// How long, in all, one subscriber may hold up others.
    private let patience: Duration
    public private(set) var hasEnded = false
    /// The log is complete from its beginning.
    public private(set) var isWhole = true

    public init(logLimit: Int, isDetached: Bool = false, patience: Duration = .seconds(2)) {
        self.logLimit = logLimit
        self.patience = patience
        self.isDetached = isDetached
    }

    /// In the order of joining.
    public var subscribers: [Subscriber] { order }
    public var pieces: [[UInt8]] { log }
    /// Whether a newcomer would get everything.
    public var isOpen: Bool { !hasEnded && isWhole }

    /// False where the flight is over, or too long to be told from its beginning: then the newcomer needs one of its own.
    public mutating func join(_ subscriber: Subscriber) -> Bool {
        guard isOpen else { return false }
        precondition(cursors[subscriber] == nil, "a subscriber joins once")
        cursors[subscriber] = Cursor()
        order.append(subscriber)
        if leader == nil, !isDetached { leader = subscriber }
        return true
    }

    /// A piece of the answer.
    public mutating func append(_ piece: [UInt8]) {
        precondition(!hasEnded, "nothing follows the end")
        log.append(piece)
        logBytes += piece.count
        if logBytes > logLimit { isWhole = false }
        // Where nobody takes it, nobody would ever free it.
        if !isWhole, cursors.isEmpty { forgetWhatAllHave() }
    }

    /// The next piece for a subscriber that can take one.
    public mutating func next(for subscriber: Subscriber) -> [UInt8]? {
        guard let cursor = cursors[subscriber], !cursor.isPaused, cursor.next - first < log.count else { return nil }
        cursors[subscriber]?.next += 1
        let piece = log[cursor.next - first]
        if !isWhole { forgetWhatAllHave() }
        return piece
    }

    /// The subscriber takes nothing until it says so.
    public mutating func pause(_ subscriber: Subscriber) { cursors[subscriber]?.isPaused = true }
    public mutating func resume(_ subscriber: Subscriber) { cursors[subscriber]?.isPaused = false }

    /// Whether the subscriber has all there is.
    public func hasAll(_ subscriber: Subscriber) -> Bool {
        cursors[subscriber].map { $0.next - first == log.count } ?? true
    }

    public enum Flow: Sendable, Equatable {
        case none, pause, resume
    }

    public enum Delay: Sendable, Equatable {
        case none
        /// Somebody waits for slower ones, who may take until then to catch up.
        case tolerated(until: MonotonicInstant)
        /// They have held up the others for long enough, and are to leave.
        case over([Subscriber])
    }

    /// Whether somebody is held up by others. To be asked after every event, and when the time that was told has come.
    public mutating func delay(now: MonotonicInstant) -> Delay {
        let slow = Set(stragglers)
        for (subscriber, cursor) in cursors {
            switch (slow.contains(subscriber), cursor.delaysSince) {
            case (true, nil): cursors[subscriber]?.delaysSince = now
            case (false, let since?):
                cursors[subscriber]?.delayed += now - since
                cursors[subscriber]?.delaysSince = nil
            case (true, .some), (false, nil): break
            }
        }
        let ends = order.filter(slow.contains).compactMap { subscriber in
            cursors[subscriber].flatMap { cursor in
                cursor.delaysSince.map { (subscriber, $0 + (patience - cursor.delayed)) }
            }
        }
        guard let first = ends.map(\.1).min() else { return .none }
        return now < first ? .tolerated(until: first) : .over(ends.filter { $0.1 <= now }.map(\.0))
    }

    /// Those who are a whole log behind while another one has everything.
    private var stragglers: [Subscriber] {
        guard !isWhole, !hasEnded, logBytes > logLimit,
            cursors.values.contains(where: { !$0.isPaused && $0.next - first == log.count })
        else { return [] }
        var (behind, place) = (0, log.count)
        while place > 0, behind <= logLimit {
            place -= 1
            behind += log[place].count
        }
        return order.filter { cursors[$0].map { $0.next <= first + place } ?? false }
    }

    /// What the producer is to do. It pauses when nobody takes anything, and when the slowest one is a whole log behind.
    public mutating func flow() -> Flow {
        let isIdle = !isDetached && !cursors.isEmpty && cursors.values.allSatisfy(\.isPaused)
        let shouldPause = !hasEnded && (isIdle || (!isWhole && logBytes > logLimit))
        defer { isProducerPaused = shouldPause }
        return shouldPause == isProducerPaused ? .none : shouldPause ? .pause : .resume
    }

    public enum Departure: Sendable, Equatable {
        case none
        /// Nobody is left who wants the answer: the call is to be cancelled. The flight has ended.
        case cancel
    }

    /// The subscriber wants nothing more.
    public mutating func leave(_ subscriber: Subscriber) -> Departure {
        guard cursors.removeValue(forKey: subscriber) != nil else { return .none }
        order.removeAll { $0 == subscriber }
        if !isWhole { forgetWhatAllHave() }
        guard order.isEmpty, !hasEnded, !isDetached else { return .none }
        hasEnded = true
        return .cancel
    }

    /// The answer is complete, or failed for all alike. What the log holds is still to be taken.
    public mutating func end() { hasEnded = true }

    public enum Failure: Sendable, Equatable {
        /// All get the failure. The flight has ended.
        case shared
        /// The leader gets it (nil if there is none, or it has left). Another one leads now, with a call of its own.
        case promote(Subscriber, insteadOf: Subscriber?)
    }

    /// The call failed. `mayLead` tells who is to have a call of its own instead; nobody can take over an answer that has begun.
    public mutating func fail(mayLead: (Subscriber) -> Bool) -> Failure {
        guard log.isEmpty, first == 0, let next = order.first(where: { $0 != leader && mayLead($0) }) else {
            hasEnded = true
            return .shared
        }
        let failed = leader.flatMap { cursors.removeValue(forKey: $0) == nil ? nil : $0 }
        order.removeAll { $0 == failed }
        leader = next
        isDetached = false
        return .promote(next, insteadOf: failed)
    }

    private mutating func forgetWhatAllHave() {
        let slowest = cursors.values.map(\.next).min() ?? first + log.count
        let count = slowest - first
        guard count > 0 else { return }
        logBytes -= log[..<count].reduce(0) { $0 + $1.count }
        log.removeFirst(count)
        first = slowest
    }
}
