import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@testable import LLMGWGateway

@Suite("What attempts teach the breakers")
@GatewayLoop
struct DeploymentRegistryTests {
    private let scheduler = ManualScheduler()
    private let registry: DeploymentRegistry
    private let deployment: Deployment

    init() throws {
        let configuration = GatewayConfiguration(
            server: ServerSettings(), providers: ["云": ProviderSettings(name: "云", baseURL: "http://127.0.0.1:1")],
            models: ["模型": ModelSettings(name: "模型", provider: "云", upstreamModel: "m")], defaults: DefaultSettings())
        registry = DeploymentRegistry(
            configuration, scheduler: scheduler, pauses: Pauses(scheduler: scheduler) { _ in },
            onTransition: { _, _ in })
        deployment = try #require(registry.all.first)
    }

    private func begin() throws -> BreakerPermits {
        let permits = try #require(registry.acquire(deployment, now: scheduler.now))
        registry.models[deployment.model]?.began(deployment)
        return permits
    }

    private func end(
        _ permits: BreakerPermits, _ error: GatewayError? = nil, isStream: Bool = true, firstContent: Duration? = nil
    ) {
        registry.record(
            error, deployment, permits, isStream: isStream, firstContent: firstContent, took: .seconds(600))
    }

    @Test("Streams that begin late open it; whole answers that come late do not", arguments: [true, false])
    func slowAnswers(isStream: Bool) throws {
        for _ in 0..<10 { end(try begin(), isStream: isStream, firstContent: .seconds(31)) }
        #expect(deployment.breaker?.state == (isStream ? .open : .closed))
    }

    @Test("A whole answer that takes long closes it as well as a quick one")
    func slowWholeAnswersAreGoodProbes() throws {
        for _ in 0..<5 { end(try begin(), GatewayError(.serverError, "坏了")) }
        #expect(deployment.breaker?.state == .open)
        scheduler.advance(by: .seconds(18))
        for _ in 0..<2 { end(try begin(), isStream: false, firstContent: .seconds(31)) }
        #expect(deployment.breaker?.state == .closed)
    }

    private func open(with reason: ErrorReason) throws {
        for _ in 0..<5 { end(try begin(), GatewayError(reason, "坏了")) }
        scheduler.advance(by: .seconds(18))
    }

    @Test func aProbeMayTakeAsLongAsItsProvidersClocksAllow() throws {
        try open(with: .serverError)
        let probes = [try begin(), try begin()]
        scheduler.advance(by: deployment.provider.settings.timeouts.total - .seconds(1))
        for probe in probes { end(probe, isStream: false, firstContent: .seconds(599)) }
        #expect(deployment.breaker?.state == .closed)
    }

    @Test("Streams that go on for minutes have shown enough with their first content")
    func streamsAreGoodProbesFromTheirFirstContent() throws {
        try open(with: .serverError)
        let probes = [try begin(), try begin()]
        #expect(registry.acquire(deployment, now: scheduler.now) == nil)
        for probe in probes { registry.began(deployment, probe, after: .seconds(1)) }
        #expect(deployment.breaker?.state == .closed)
        // What becomes of them then says nothing about the time after.
        for probe in probes { end(probe, GatewayError(.streamTruncated, "断了")) }
        #expect(deployment.breaker?.snapshot(now: scheduler.now).failuresInARow == 0)
    }

    @Test func streamsThatBeginLateAreNoGoodProbes() throws {
        try open(with: .serverError)
        for _ in 0..<4 { registry.began(deployment, try begin(), after: .seconds(31)) }
        #expect(deployment.breaker?.state == .open)
    }

    @Test("A provider that was reached is there for all its models, before the answers are")
    func connectionsAreGoodProbesOfTheProvider() throws {
        try open(with: .connectFailed)
        #expect(deployment.provider.breaker?.state == .open)
        let probes = [try begin(), try begin()]
        for probe in probes { registry.reached(deployment, probe) }
        #expect(deployment.provider.breaker?.state == .closed)
        #expect(deployment.breaker?.state == .halfOpen, "it has not answered")
        for probe in probes { end(probe, GatewayError(.serverError, "坏了")) }
        #expect((deployment.provider.breaker?.state, deployment.breaker?.state) == (.closed, .open))
    }
}
