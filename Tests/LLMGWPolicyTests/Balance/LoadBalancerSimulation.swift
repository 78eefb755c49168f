import Glibc
import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

/// Random traffic over random candidates, against the plainest account of what each strategy should choose.
@Suite("Load balancer, simulated")
struct LoadBalancerSimulation {
    private struct Violation: Error {
        var seed: UInt64
        var text: String
    }

    /// Everything that is known about one target, kept as lists.
    private struct Account {
        var candidate: LoadBalancer.Candidate
        var inFlight = 0
        var latency: (value: Double, at: Double)?
        var failures: (value: Double, at: Double)?
        var recoveredAt: Double?
        var credit = 0.0
        /// As the balancer computes it: a last digit of difference would decide between equals.
        var exactWarmth = 1.0

        func warmth(_ now: Double) -> Double {
            let expected = recoveredAt.map { min(1, 0.1 + 0.9 * (now - $0) / 60) } ?? 1
            return abs(exactWarmth - expected) < 1e-6 ? exactWarmth : .nan
        }

        func score(_ now: Double) -> Double {
            let seconds = latency.map { $0.value * exp(-(now - $0.at) / 10) } ?? 1
            let failing = failures.map { $0.value * exp(-(now - $0.at) / 10) } ?? 0
            return Double(inFlight + 1) * seconds * (1 + 10 * failing) / (candidate.weight * warmth(now))
        }

        mutating func end(_ outcome: LoadOutcome, _ now: Double) {
            inFlight -= 1
            guard outcome != .neutral else { return }
            let before = failures.map { $0.value * exp(-(now - $0.at) / 10) } ?? 0
            failures = (before * 0.8 + (outcome == .failed ? 0.2 : 0), now)
            guard case .answered(let time) = outcome else { return }
            let sample = time / .seconds(1)
            guard let old = latency, sample <= old.value else {
                latency = (sample, now)
                return
            }
            let keep = exp(-(now - old.at) / 10)
            latency = (old.value * keep + sample * (1 - keep), now)
        }
    }

    private static let schedulesPerCase: UInt64 = 500

    @Test("Chooses what the strategy says", arguments: BalancingStrategy.allCases, 0..<8 as Range<UInt64>)
    func matchesTheAccount(strategy: BalancingStrategy, part: UInt64) throws {
        for seed in part * Self.schedulesPerCase..<(part + 1) * Self.schedulesPerCase {
            try runSchedule(strategy, seed: seed)
        }
    }

    private func runSchedule(_ strategy: BalancingStrategy, seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let count = Int.random(in: 1...5, using: &random)
        var accounts = (0..<count).map { _ in
            Account(
                candidate: .init(
                    weight: Double(Int.random(in: 1...4, using: &random)),
                    priority: Int.random(in: 0...2, using: &random), cost: Double(Int.random(in: 0...2, using: &random))
                ))
        }
        var balancer = LoadBalancer(accounts.map(\.candidate), strategy: strategy)
        var draws = SeededRandom(seed: seed &+ 99)
        var time = 0.0
        var running: [Int] = []
        var last = -1
        for _ in 0..<40 {
            time += Double.random(in: 0...4, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let excluded = Set((0..<count).filter { _ in Int.random(in: 0..<4, using: &random) == 0 })
                var sameDraws = draws
                for (target, snapshot) in balancer.snapshots(now: at(time)).enumerated() {
                    accounts[target].exactWarmth = snapshot.weightShare
                }
                let expected = choose(&accounts, strategy, excluding: excluded, last, time, &sameDraws)
                let eligible = (0..<count).filter { !excluded.contains($0) }
                let picked = balancer.pick(among: eligible, now: at(time), using: &draws)
                guard picked == expected else {
                    throw Violation(seed: seed, text: "\(strategy) picked \(picked as Any), not \(expected as Any)")
                }
                guard let picked else { continue }
                last = picked
                balancer.begin(picked)
                accounts[picked].inFlight += 1
                running.append(picked)
            case 5..<9:
                guard let index = running.indices.randomElement(using: &random) else { continue }
                let target = running.remove(at: index)
                let outcomes: [LoadOutcome] = [
                    .answered(firstContent: .milliseconds(Int.random(in: 50...5000, using: &random))), .failed,
                    .neutral,
                ]
                let outcome = outcomes[Int.random(in: 0..<3, using: &random)]
                balancer.end(target, outcome, now: at(time))
                accounts[target].end(outcome, time)
            default:
                let target = Int.random(in: 0..<count, using: &random)
                balancer.recovered(target, now: at(time))
                accounts[target].recoveredAt = time
            }
        }
        let inFlight = balancer.snapshots(now: at(time)).map(\.inFlight)
        guard inFlight == accounts.map(\.inFlight) else {
            throw Violation(seed: seed, text: "in flight \(inFlight), not \(accounts.map(\.inFlight))")
        }
    }

    private func choose(
        _ accounts: inout [Account], _ strategy: BalancingStrategy, excluding: Set<Int>, _ last: Int, _ now: Double,
        _ draws: inout SeededRandom
    ) -> Int? {
        var able = accounts.indices.filter { !excluding.contains($0) }
        if able.isEmpty { return nil }
        switch strategy {
        case .leastLatency:
            if able.count == 1 { return able[0] }
            let first = able[draw(below: able.count, &draws)]
            able.removeAll { $0 == first }
            let second = able[draw(below: able.count, &draws)]
            return accounts[second].score(now) < accounts[first].score(now) ? second : first
        case .leastInFlight:
            let load = able.map {
                Double(accounts[$0].inFlight + 1) / (accounts[$0].candidate.weight * accounts[$0].warmth(now))
            }
            let best = able.indices.filter { load[$0] == load.min() }.map { able[$0] }
            return best.first { $0 > last } ?? best[0]
        case .roundRobin: return richest(&accounts, able) { $0.warmth(now) }
        case .weighted: return richest(&accounts, able) { $0.candidate.weight * $0.warmth(now) }
        case .cost, .priority:
            let warm = able.filter {
                accounts[$0].warmth(now) >= 1 || Double(draws.next() >> 11) * 0x1p-53 < accounts[$0].warmth(now)
            }
            if !warm.isEmpty { able = warm }
            func key(_ account: Account) -> Double {
                strategy == .cost ? account.candidate.cost : Double(account.candidate.priority)
            }
            let smallest = able.map { key(accounts[$0]) }.min()
            able = able.filter { key(accounts[$0]) == smallest }
            return richest(&accounts, able) { $0.candidate.weight * $0.warmth(now) }
        }
    }

    private func draw(below count: Int, _ draws: inout SeededRandom) -> Int {
        Int(draws.next().multipliedFullWidth(by: UInt64(count)).high)
    }

    /// Smooth weighted round robin, word for word.
    private func richest(_ accounts: inout [Account], _ able: [Int], _ weight: (Account) -> Double) -> Int {
        for position in able { accounts[position].credit += weight(accounts[position]) }
        let most = able.map { accounts[$0].credit }.max()
        let chosen = able.first { accounts[$0].credit == most } ?? able[0]
        accounts[chosen].credit -= able.map { weight(accounts[$0]) }.reduce(0, +)
        return chosen
    }

    @Test("Weights hold exactly over each round, and never drift within it", arguments: 1...200 as ClosedRange<UInt64>)
    func weightsHold(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let weights = (0..<Int.random(in: 1...6, using: &random)).map { _ in Int.random(in: 1...9, using: &random) }
        let sum = weights.reduce(0, +)
        var balancer = LoadBalancer(
            weights.map { .init(weight: Double($0)) }, strategy: .weighted)
        var counts = weights.map { _ in 0 }
        for pick in 1...sum * 3 {
            let picked = balancer.pick(among: Array(weights.indices), now: at(0), using: &random)
            let target = try #require(picked)
            counts[target] += 1
            for (index, weight) in weights.enumerated() {
                let due = Double(pick * weight) / Double(sum)
                #expect(abs(Double(counts[index]) - due) < Double(weights.count))
            }
            if pick % sum == 0 { #expect(counts == weights.map { $0 * pick / sum }) }
        }
    }
}
