import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

/// One deployment of several is up for a second and down for a second, for ten minutes. Requests go where balancer, breakers and health
/// let them, with a second attempt elsewhere after a failure, as `RetryPolicy` would have it.
@Suite("Flapping for ten minutes")
struct FlappingSimulation {
    private static let length = 600.0

    private struct Rest {
        var at: MonotonicInstant
        var until: MonotonicInstant

        var seconds: Double { (until - at) / .seconds(1) }
    }

    private struct Target {
        var breaker: CircuitBreaker
        var openings: [Rest] = []
        var asked = 0
        var askedWhileOpen = 0
    }

    private struct World {
        var targets: [Target]
        var balancer: LoadBalancer
        var health: PassiveHealth
        var random: SeededRandom
        var ejections: [Rest] = []
        var requests = 0
        var failed = 0

        init(_ count: Int, _ preset: CircuitBreakerSettings, _ strategy: BalancingStrategy, seed: UInt64) {
            targets = (0..<count).map { _ in Target(breaker: CircuitBreaker(settings: preset, now: at(0))) }
            balancer = LoadBalancer(
                (0..<count).map { .init(priority: $0) }, strategy: strategy)
            health = PassiveHealth(targets: count, now: at(0))
            random = SeededRandom(seed: seed)
        }

        /// The first target is up in odd seconds; the others always are.
        static func isUp(_ target: Int, _ time: Double) -> Bool { target > 0 || Int(time) % 2 == 1 }

        /// Asks one target; nil where none may be asked.
        private mutating func ask(_ time: Double, without tried: Int?) -> (target: Int, succeeded: Bool)? {
            let now = at(time)
            for change in health.update(now: now) {
                switch change {
                case .ejected(let target, let until):
                    #expect(target == 0, "the others never fail")
                    ejections.append(Rest(at: now, until: until))
                case .returned(let target): balancer.recovered(target, now: now)
                }
            }
            let open = targets.indices.filter { index in
                index != tried && targets[index].breaker.opening(now: now).map { $0 <= now } ?? false
            }
            let healthy = open.filter { !health.ejected(now: now).contains($0) }
            guard let target = balancer.pick(among: healthy.isEmpty ? open : healthy, now: now, using: &random) else {
                return nil
            }
            let (admission, transitions) = targets[target].breaker.acquire(now: now, using: &random)
            note(transitions, target)
            guard case .permitted(let permit) = admission else { return nil }
            if let last = targets[target].openings.last, now < last.until { targets[target].askedWhileOpen += 1 }
            targets[target].asked += 1
            balancer.begin(target)
            let succeeded = Self.isUp(target, time)
            note(
                targets[target].breaker.record(succeeded ? .success : .failure, for: permit, now: now, using: &random),
                target)
            balancer.end(target, succeeded ? .answered(firstContent: .milliseconds(200)) : .failed, now: now)
            health.record(succeeded: succeeded, for: target, now: now)
            return (target, succeeded)
        }

        private mutating func note(_ transitions: [CircuitBreaker.Transition], _ target: Int) {
            for transition in transitions {
                if transition.to == .open, let until = targets[target].breaker.opening(now: transition.at) {
                    targets[target].openings.append(Rest(at: transition.at, until: until))
                }
                if transition.to == .closed { balancer.recovered(target, now: transition.at) }
            }
        }

        /// So many requests a second, none at the very moment of a change.
        mutating func run(rate: Double) {
            for step in 0..<Int(FlappingSimulation.length * rate) { request((Double(step) + 0.5) / rate) }
        }

        private mutating func request(_ time: Double) {
            requests += 1
            guard let first = ask(time, without: nil) else {
                failed += 1
                return
            }
            if !first.succeeded, ask(time, without: first.target)?.succeeded != true { failed += 1 }
        }
    }

    static let presets: [CircuitBreakerSettings] = [.conservative, .recommended, .aggressive]

    @Test(
        "Breaker and ejection rest as long as they say, and requests succeed elsewhere",
        arguments: 0..<3, [2, 6])
    func flapping(preset: Int, count: Int) {
        for (seed, strategy) in zip(0..., BalancingStrategy.allCases) {
            let settings = Self.presets[preset]
            var world = World(count, settings, strategy, seed: UInt64(seed))
            // Twice as many while it is down as failures in a row open the breaker: one that is less busy never notices.
            world.run(rate: Double(settings.consecutiveFailures * 2))

            let name = "\(strategy), \(count) deployments"
            #expect(world.failed == 0, "\(name): every request has its answer, the first or the second time")
            let flapping = world.targets[0]
            // Who looks at failures for each choice keeps away before a breaker has to.
            let isAvoided = flapping.asked < world.requests / count / 4
            #expect(!flapping.openings.isEmpty || !world.ejections.isEmpty || isAvoided, "\(name): somebody notices")
            #expect(flapping.askedWhileOpen == 0, "\(name): open is open")
            #expect(world.targets.dropFirst().allSatisfy { $0.openings.isEmpty }, "\(name): and only who fails")
            expectRest(flapping.openings, atLeast: settings.open * (1 - settings.jitter), name)
            expectRest(world.ejections, atLeast: health.ejection, name)
            let most = Self.length / (settings.open * (1 - settings.jitter) / .seconds(1)) + 1
            #expect(Double(flapping.openings.count) <= most, "\(name)")
        }
    }

    private let health = PassiveHealthSettings()

    /// Each rest lasts its time, and the next one begins after its end.
    private func expectRest(_ rests: [Rest], atLeast shortest: Duration, _ name: String) {
        for rest in rests { #expect(rest.seconds >= shortest / .seconds(1) - 1e-6, "\(name)") }
        for (rest, next) in zip(rests, rests.dropFirst()) { #expect(next.at >= rest.until, "\(name)") }
    }

    @Test("Rests grow while the flapping goes on, to their bound")
    func growth() {
        var world = World(2, .recommended, .roundRobin, seed: 7)
        world.run(rate: 10)
        let lengths = world.targets[0].openings.map(\.seconds)
        #expect(lengths.count >= 3)
        #expect(lengths.count <= 12, "ten minutes of changes every second are no ten minutes of openings")
        #expect((lengths.max() ?? 0) > 2 * (lengths.first ?? .infinity), "\(lengths)")
        #expect(lengths.allSatisfy { $0 <= 300 * 1.2 })
    }
}
