/// Two attempts at one answer: the first, and a hedge that begins when the first is slow. Whose content comes first has won.
///
/// States: alone (the first runs, a hedge may begin) → both → last (the other one has failed) or decided (one has brought content) → over
/// (terminal). What it promises, in whatever order things happen: one hedge at most, and none after content or an end; content of one attempt
/// only; one result; each attempt that is not to go on is dropped, once. Wrong input: what an attempt brings that was dropped, or is
/// over, is a race with its cancelling and changes nothing; a hedge that begins where `mayHedge` is false is our bug (precondition).
public struct HedgeRace: Sendable {
    public enum Runner: Sendable, Hashable, CaseIterable {
        case first, hedge

        var other: Runner { self == .first ? .hedge : .first }
    }

    /// How an attempt ended.
    public enum End: Sendable, Hashable {
        case answered
        /// `isFinal`: the failure is one for which nobody else would be asked.
        case failed(isFinal: Bool)
    }

    /// What to do with an attempt's first content.
    public enum ContentAction: Sendable, Hashable {
        case deliver(dropping: Runner?)
        case ignore
    }

    /// What to do after an attempt's end.
    public enum EndAction: Sendable, Hashable {
        /// The other one goes on.
        case wait
        /// The race has the result of this one.
        case finish(Runner, dropping: Runner?)
        case ignore
    }

    private enum State: Sendable, Hashable {
        case alone, both
        case last(Runner)
        case decided(Runner)
        case over
    }

    private var state = State.alone

    public init() {}

    public var mayHedge: Bool { state == .alone }

    public mutating func hedgeBegan() {
        precondition(mayHedge, "one hedge, before content and end")
        state = .both
    }

    /// The first piece of an attempt's answer is there.
    public mutating func content(of runner: Runner) -> ContentAction {
        switch state {
        case .both:
            state = .decided(runner)
            return .deliver(dropping: runner.other)
        case .alone where runner == .first, .last(runner):
            state = .decided(runner)
            return .deliver(dropping: nil)
        case .decided(runner): return .deliver(dropping: nil)
        case .alone, .last, .decided, .over: return .ignore
        }
    }

    public mutating func ended(_ runner: Runner, _ end: End) -> EndAction {
        switch state {
        case .both:
            switch (end, runner) {
            case (.answered, _), (.failed(isFinal: true), .first):
                state = .over
                return .finish(runner, dropping: runner.other)
            // A hedge makes nothing worse: whatever becomes of it, the first goes on.
            case (.failed, _):
                state = .last(runner.other)
                return .wait
            }
        case .last(runner):
            state = .over
            // Where both have failed, the request stands where it would stand without the hedge.
            return .finish(end == .answered ? runner : .first, dropping: nil)
        case .alone where runner == .first, .decided(runner):
            state = .over
            return .finish(runner, dropping: nil)
        case .alone, .last, .decided, .over: return .ignore
        }
    }

    /// The request is given up. Returns the attempts that run, to be dropped.
    public mutating func cancel() -> [Runner] {
        defer { state = .over }
        return switch state {
        case .alone: [.first]
        case .both: [.first, .hedge]
        case .last(let runner), .decided(let runner): [runner]
        case .over: []
        }
    }
}

/// What became of a hedge, as figures and traces say it.
public enum HedgeOutcome: String, Sendable, Hashable, CaseIterable {
    /// Its answer was taken.
    case won
    /// The first attempt's answer was taken.
    case lost
    case failed
    /// The request ended before either had an answer.
    case cancelled
    /// It was due, and something spoke against it.
    case withheld
}
