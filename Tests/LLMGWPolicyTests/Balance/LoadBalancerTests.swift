import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Load balancer")
struct LoadBalancerTests {
    /// A balancer whose targets have names.
    private struct Named {
        typealias Candidate = (name: String, candidate: LoadBalancer.Candidate)

        var balancer: LoadBalancer
        let names: [String]

        init(_ candidates: [Candidate], strategy: BalancingStrategy = .leastLatency) {
            balancer = LoadBalancer(candidates.map(\.candidate), strategy: strategy)
            names = candidates.map(\.name)
        }

        mutating func pick(
            excluding: Set<String> = [], now: MonotonicInstant, using random: inout SeededRandom
        ) -> String? {
            let eligible = names.indices.filter { !excluding.contains(names[$0]) }
            return balancer.pick(among: eligible, now: now, using: &random).map { names[$0] }
        }

        mutating func begin(_ name: String) {
            balancer.begin(position(name))
        }

        mutating func end(_ name: String, _ outcome: LoadOutcome, now: MonotonicInstant) {
            balancer.end(position(name), outcome, now: now)
        }

        mutating func recovered(_ name: String, now: MonotonicInstant) {
            balancer.recovered(position(name), now: now)
        }

        func snapshots(now: MonotonicInstant) -> [LoadBalancer.Snapshot] { balancer.snapshots(now: now) }

        private func position(_ name: String) -> Int { names.firstIndex(of: name) ?? -1 }
    }

    private func picks(
        _ balancer: inout Named, _ count: Int, excluding: Set<String> = [], now: MonotonicInstant = at(0),
        seed: UInt64 = 1
    ) -> [String] {
        var random = SeededRandom(seed: seed)
        return (0..<count).compactMap { _ in balancer.pick(excluding: excluding, now: now, using: &random) }
    }

    private func share(_ target: String, _ picks: [String]) -> Double {
        Double(picks.count { $0 == target }) / Double(picks.count)
    }

    /// One request from begin to end.
    private func run(_ balancer: inout Named, _ target: String, _ outcome: LoadOutcome, _ now: MonotonicInstant) {
        balancer.begin(target)
        balancer.end(target, outcome, now: now)
    }

    @Test func roundRobinTakesTurnsWhateverTheWeights() {
        var balancer = Named([("a", .init(weight: 5)), ("b", .init()), ("c", .init())], strategy: .roundRobin)
        #expect(picks(&balancer, 7) == ["a", "b", "c", "a", "b", "c", "a"])
        var other = Named([("a", .init()), ("b", .init()), ("c", .init())], strategy: .roundRobin)
        #expect(picks(&other, 4, excluding: ["b"]) == ["a", "c", "a", "c"])
    }

    @Test func weightsAreSpreadSmoothly() {
        var balancer = Named([("a", .init(weight: 5)), ("b", .init()), ("c", .init())], strategy: .weighted)
        #expect(picks(&balancer, 7) == ["a", "a", "b", "a", "c", "a", "a"])
    }

    @Test func fewestInFlightPerWeight() {
        var balancer = Named([("a", .init(weight: 2)), ("b", .init())], strategy: .leastInFlight)
        var order: [String] = []
        for _ in 0..<6 {
            let next = picks(&balancer, 1)[0]
            balancer.begin(next)
            order.append(next)
        }
        #expect(order.count { $0 == "a" } == 4)
        balancer.end("b", .neutral, now: at(1))
        balancer.end("b", .neutral, now: at(1))
        #expect(picks(&balancer, 1) == ["b"])
    }

    @Test func equalsTakeTurnsWhenNothingIsInFlight() {
        var balancer = Named([("a", .init()), ("b", .init()), ("c", .init())], strategy: .leastInFlight)
        #expect(picks(&balancer, 6) == ["a", "b", "c", "a", "b", "c"])
    }

    @Test func theFasterOfTwo() {
        var balancer = Named([("慢", .init()), ("快", .init())], strategy: .leastLatency)
        run(&balancer, "慢", .answered(firstContent: .seconds(3)), at(0))
        run(&balancer, "快", .answered(firstContent: .milliseconds(300)), at(0))
        #expect(share("快", picks(&balancer, 100)) == 1)
        for _ in 0..<10 { balancer.begin("快") }
        #expect(share("慢", picks(&balancer, 100)) == 1, "the queue there is longer by now")
    }

    @Test func aPeakCountsAtOnceAndFades() throws {
        var balancer = Named([("a", .init())])
        func latency(_ now: MonotonicInstant) throws -> Double {
            try #require(balancer.snapshots(now: now)[0].latency) / .seconds(1)
        }
        run(&balancer, "a", .answered(firstContent: .seconds(1)), at(0))
        run(&balancer, "a", .answered(firstContent: .seconds(9)), at(1))
        #expect(try latency(at(1)) == 9)
        run(&balancer, "a", .answered(firstContent: .seconds(1)), at(2))
        #expect(try latency(at(2)) > 8, "down slowly")
        #expect(try latency(at(12)) < 0.4 * latency(at(2)), "without news it fades")
    }

    @Test func aFastErrorAttractsNothing() {
        var balancer = Named([("good", .init()), ("broken", .init())], strategy: .leastLatency)
        for _ in 0..<10 {
            run(&balancer, "good", .answered(firstContent: .milliseconds(900)), at(0))
            run(&balancer, "broken", .failed, at(0))
        }
        #expect(share("good", picks(&balancer, 100)) == 1)
        #expect(balancer.snapshots(now: at(0))[1].latency == nil)
        #expect(balancer.snapshots(now: at(0))[1].failureShare > 0.8)
        run(&balancer, "broken", .neutral, at(0))
        #expect(balancer.snapshots(now: at(0))[1].failureShare > 0.8)
        #expect(balancer.snapshots(now: at(100))[1].failureShare < 0.01, "forgiven in time")
    }

    @Test func cheapestFirstAndEqualsByWeight() {
        let candidates: [Named.Candidate] = [
            ("dear", .init(cost: 9)), ("a", .init(weight: 2, cost: 1)), ("b", .init(cost: 1)),
        ]
        var balancer = Named(candidates, strategy: .cost)
        #expect(picks(&balancer, 3) == ["a", "b", "a"])
        #expect(picks(&balancer, 2, excluding: ["a", "b"]) == ["dear", "dear"])
    }

    @Test func smallestPriorityFirst() {
        let candidates: [Named.Candidate] = [("reserve", .init(priority: 2)), ("main", .init(priority: 1))]
        var balancer = Named(candidates, strategy: .priority)
        #expect(picks(&balancer, 3) == ["main", "main", "main"])
        #expect(picks(&balancer, 1, excluding: ["main"]) == ["reserve"])
        #expect(picks(&balancer, 1, excluding: ["main", "reserve"]) == [])
    }

    @Test("Who has recovered gets its share back little by little", arguments: BalancingStrategy.allCases)
    func slowStart(strategy: BalancingStrategy) {
        let candidates: [Named.Candidate] = [("back", .init(priority: 1, cost: 1)), ("b", .init(priority: 1, cost: 1))]
        var balancer = Named(candidates, strategy: strategy)
        balancer.recovered("back", now: at(0))
        #expect(balancer.snapshots(now: at(0)).map(\.weightShare) == [0.1, 1])
        // Each keeps one request in flight of every pick, so that the strategies that count them have something to count.
        func shareOfBack(_ now: MonotonicInstant) -> Double {
            var picked: [String] = []
            var random = SeededRandom(seed: 7)
            var running: [String] = []
            for _ in 0..<1000 {
                guard let target = balancer.pick(now: now, using: &random) else { continue }
                balancer.begin(target)
                running.append(target)
                picked.append(target)
                if running.count > 20 { balancer.end(running.removeFirst(), .neutral, now: now) }
            }
            for target in running { balancer.end(target, .neutral, now: now) }
            return share("back", picked)
        }
        let cold = shareOfBack(at(0))
        let warm = shareOfBack(at(30))
        let full = shareOfBack(at(60))
        #expect(cold < 0.15 && cold < warm && warm < full && abs(full - 0.5) < 0.05, "\(cold) \(warm) \(full)")
        #expect(balancer.snapshots(now: at(60)).map(\.weightShare) == [1, 1])
    }

    @Test func oneThatWarmsUpIsBetterThanNone() {
        for strategy in BalancingStrategy.allCases {
            var balancer = Named([("a", .init()), ("b", .init())], strategy: strategy)
            balancer.recovered("a", now: at(0))
            #expect(picks(&balancer, 20, excluding: ["b"]).count == 20)
        }
    }

    @Test func unsoundSettingsSayWhatIsWrong() {
        #expect(LoadBalancerSettings().defect == nil)
        let cases = [
            LoadBalancerSettings(slowStart: .seconds(-1)), LoadBalancerSettings(slowStartShare: 0),
            LoadBalancerSettings(latencyDecay: .zero), LoadBalancerSettings(unmeasuredLatency: .zero),
            LoadBalancerSettings(failurePenalty: -1),
        ]
        #expect(Set(cases.map(\.defect)).count == cases.count && cases.allSatisfy { $0.defect != nil })
    }
}
