import TestSupport
import Testing

/// Everything that makes counting hard at once: estimates that are wrong by ten, limits lowered under load, limits that the upstream tells
/// and changes, retries, cancels, slow connections, and daemons that die and start with a clock of another origin.
@Suite("Quota, simulated")
struct QuotaSimulation {
    struct Violation: Error {
        var seed: UInt64
        var text: String
    }

    @Test("No minute at the upstream was over its limit, but for debts", arguments: 0..<8 as Range<UInt64>)
    func histories(part: UInt64) throws {
        var debts = 0
        var kills = 0
        var arrivals = 0
        var held = 0
        for seed in part * 20..<(part + 1) * 20 {
            var random = SeededRandom(seed: seed)
            var world = QuotaWorld(using: &random)
            while world.step(using: &random) {}
            for lane in [nil, 0, 1] {
                let verdict = world.reference.judge(lane: lane)
                if let problem = verdict.problem { throw Violation(seed: seed, text: "lane \(lane ?? -1): \(problem)") }
                debts += verdict.debts
            }
            if let problem = world.reference.learnedProblem { throw Violation(seed: seed, text: "learned: \(problem)") }
            if let problem = world.clientProblem { throw Violation(seed: seed, text: problem) }
            #expect(world.leftOver == 0, "reservations are left, seed \(seed)")
            kills += world.kills
            held += world.heldByLearning
            arrivals += world.reference.arrivals.values.count { $0.time != nil }
        }
        // The histories hold what they are for.
        #expect(debts > 0 && kills >= 20 && arrivals > 1000, "\(debts) debts, \(kills) kills, \(arrivals) arrivals")
        #expect(held > 100, "\(held) were granted under a learned limit below the configured one")
    }
}
