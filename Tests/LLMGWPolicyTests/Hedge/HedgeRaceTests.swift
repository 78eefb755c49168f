import LLMGWPolicy
import TestSupport
import Testing

@Suite("Hedge race")
struct HedgeRaceTests {
    /// A race whose events can stand in expectations.
    private final class Race {
        private var race = HedgeRace()

        init(hedged: Bool = false) { if hedged { race.hedgeBegan() } }

        var mayHedge: Bool { race.mayHedge }
        func content(of runner: HedgeRace.Runner) -> HedgeRace.ContentAction { race.content(of: runner) }
        func ended(_ runner: HedgeRace.Runner, _ end: HedgeRace.End) -> HedgeRace.EndAction { race.ended(runner, end) }
        func cancel() -> [HedgeRace.Runner] { race.cancel() }
    }

    private func racing() -> Race { Race(hedged: true) }

    @Test(
        "Alone, the first attempt decides, and nothing is dropped",
        arguments: [
            HedgeRace.End.answered, .failed(isFinal: false), .failed(isFinal: true),
        ])
    func alone(end: HedgeRace.End) {
        let race = Race()
        #expect(race.mayHedge)
        #expect(race.ended(.first, end) == .finish(.first, dropping: nil))
        #expect(!race.mayHedge)
    }

    @Test("The first content wins and drops the other", arguments: HedgeRace.Runner.allCases)
    func content(winner: HedgeRace.Runner) {
        let race = racing()
        let loser: HedgeRace.Runner = winner == .first ? .hedge : .first
        #expect(race.content(of: winner) == .deliver(dropping: loser))
        // Both at once: what the loser has already sent comes to nothing.
        #expect(race.content(of: loser) == .ignore)
        #expect(race.ended(loser, .answered) == .ignore)
        #expect(race.content(of: winner) == .deliver(dropping: nil))
        // After content the other one cannot help any more.
        #expect(race.ended(winner, .failed(isFinal: false)) == .finish(winner, dropping: nil))
        #expect(race.cancel() == [])
    }

    @Test("Whole answers: the first that is complete wins", arguments: HedgeRace.Runner.allCases)
    func answer(winner: HedgeRace.Runner) {
        let race = racing()
        let loser: HedgeRace.Runner = winner == .first ? .hedge : .first
        #expect(race.ended(winner, .answered) == .finish(winner, dropping: loser))
        #expect(race.ended(loser, .answered) == .ignore)
    }

    @Test("Where one fails, the other goes on", arguments: HedgeRace.Runner.allCases)
    func oneFails(fails: HedgeRace.Runner) {
        let race = racing()
        let other: HedgeRace.Runner = fails == .first ? .hedge : .first
        #expect(race.ended(fails, .failed(isFinal: false)) == .wait)
        #expect(!race.mayHedge, "one hedge at most")
        #expect(race.content(of: other) == .deliver(dropping: nil))
        #expect(race.ended(other, .answered) == .finish(other, dropping: nil))
    }

    @Test("Where both fail, the request stands where it would without the hedge", arguments: HedgeRace.Runner.allCases)
    func bothFail(earlier: HedgeRace.Runner) {
        let race = racing()
        let later: HedgeRace.Runner = earlier == .first ? .hedge : .first
        #expect(race.ended(earlier, .failed(isFinal: false)) == .wait)
        #expect(race.ended(later, .failed(isFinal: true)) == .finish(.first, dropping: nil))
    }

    @Test("A failure for which nobody else would be asked ends it, unless it is the hedge's own")
    func final() {
        let race = racing()
        #expect(race.ended(.first, .failed(isFinal: true)) == .finish(.first, dropping: .hedge))
        let other = racing()
        #expect(other.ended(.hedge, .failed(isFinal: true)) == .wait)
        #expect(other.ended(.first, .answered) == .finish(.first, dropping: nil))
    }

    @Test("Giving up drops what runs")
    func cancel() {
        let alone = Race()
        #expect(alone.cancel() == [.first])
        #expect(!alone.mayHedge)
        let both = racing()
        #expect(both.cancel() == [.first, .hedge])
        #expect(both.cancel() == [])
        #expect(both.content(of: .first) == .ignore)
        let left = racing()
        _ = left.ended(.first, .failed(isFinal: false))
        #expect(left.cancel() == [.hedge])
        let decided = racing()
        _ = decided.content(of: .hedge)
        #expect(decided.cancel() == [.hedge])
    }

    /// What happens to both attempts in any order, also after they were dropped, as the news of that takes a while.
    @Test("50,000 schedules keep the promises", arguments: 0..<5 as Range<UInt64>)
    func schedules(part: UInt64) throws {
        for seed in part * 10_000..<(part + 1) * 10_000 { try run(seed) }
    }

    private struct Violation: Error {
        var seed: UInt64
        var text: String
    }

    private func run(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var race = HedgeRace()
        var running: Set<HedgeRace.Runner> = [.first]
        var heard: Set<HedgeRace.Runner> = []
        var failed: Set<HedgeRace.Runner> = []
        var hedges = 0
        var isOver = false
        func require(_ holds: Bool, _ text: String) throws { if !holds { throw Violation(seed: seed, text: text) } }
        func drop(_ runner: HedgeRace.Runner?) throws {
            guard let runner else { return }
            try require(running.remove(runner) != nil, "dropped what does not run")
        }
        for _ in 0..<12 {
            let runner: HedgeRace.Runner = Bool.random(using: &random) ? .first : .hedge
            switch Int.random(in: 0..<10, using: &random) {
            case 0...2:
                guard race.mayHedge else { continue }
                try require(!isOver && heard.isEmpty, "a hedge after content or the end")
                race.hedgeBegan()
                running.insert(.hedge)
                hedges += 1
            case 3...5:
                guard case .deliver(let loser) = race.content(of: runner) else { continue }
                try require(running.contains(runner) && !isOver, "content of an attempt that does not run")
                try drop(loser)
                heard.insert(runner)
                try require(heard.count == 1 && running == [runner], "content of two attempts")
            case 6...8:
                let end: HedgeRace.End =
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: .answered
                    case 1: .failed(isFinal: false)
                    default: .failed(isFinal: true)
                    }
                switch race.ended(runner, end) {
                case .ignore: try require(!running.contains(runner), "lost the end of an attempt")
                case .wait:
                    try require(running.remove(runner) != nil && running.count == 1, "waits for nobody")
                    failed.insert(runner)
                case .finish(let result, let loser):
                    try require(running.remove(runner) != nil && !isOver, "two results")
                    try drop(loser)
                    try require(running.isEmpty, "an attempt goes on behind the end")
                    try require(
                        result == runner || failed.contains(result) && result == .first && end != .answered,
                        "the result of another attempt")
                    try require(heard.isEmpty || heard == [result], "a result that does not continue the content")
                    isOver = true
                }
            default:
                guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
                try require(Set(race.cancel()) == running, "cancels something else than what runs")
                running = []
                isOver = true
            }
        }
        try require(hedges <= 1, "more than one hedge")
        try require(isOver == running.isEmpty, "stuck")
    }
}
