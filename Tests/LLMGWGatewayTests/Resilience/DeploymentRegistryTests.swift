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
            configuration, scheduler: scheduler, pauses: Pauses(scheduler: scheduler) { _ in }, onTransition: { _, _ in })
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
}
