import LLMGWCore
import LLMGWUpstream

@testable import LLMGWGateway

/// What retries, breakers, gates, balancing and the trace cost a request that succeeds at once.
///
/// The same request goes, in turn, through the whole pipeline and through a single attempt: a place at the provider, HEAD, the
/// attempt, and the words about how it was made. The difference is the pipeline's own work. Both end in memory, at an upstream
/// that answers immediately.
@main
struct PipelineBenchmark {
    static let warmUp = 5_000
    static let requests = 50_000
    static let rounds = 5

    static func main() {
        let loop = InlineLoop()
        GatewayLoop.adopt(loop)
        GatewayLoop.start {
            await measure()
            loop.stop()
        }
        loop.run()
    }

    @GatewayLoop
    static func measure() async {
        print(
            "| deployments | round | single attempt p50 µs | p99 µs | pipeline p50 µs | p99 µs | added p50 µs | added p99 µs |"
        )
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for deployments in [1, 3] {
            let bench = Bench(deployments: deployments)
            await bench.run(warmUp)
            for round in 1...rounds {
                let (bare, whole) = await bench.run(requests)
                let cells = [bare.p50, bare.p99, whole.p50, whole.p99, whole.p50 - bare.p50, whole.p99 - bare.p99]
                let texts = ["\(deployments)", "\(round)"] + cells.map(hundredths)
                print("| " + texts.joined(separator: " | ") + " |")
            }
        }
    }

    private static func hundredths(_ value: Double) -> String {
        let whole = Int((value * 100).rounded())
        let digits = "\(whole.magnitude % 100)"
        return (whole < 0 ? "-" : "") + "\(whole.magnitude / 100)." + (digits.count < 2 ? "0" : "") + digits
    }
}

/// Times of many requests, in microseconds.
struct Times {
    private var nanoseconds: [UInt64] = []

    mutating func add(from start: UInt64) { nanoseconds.append(ClockOnly.nanoseconds - start) }

    mutating func sort() { nanoseconds.sort() }

    var p50: Double { Double(nanoseconds[nanoseconds.count / 2]) / 1000 }
    var p99: Double { Double(nanoseconds[nanoseconds.count * 99 / 100]) / 1000 }
}

@GatewayLoop
final class Bench {
    private let scheduler = ClockOnly()
    private let client: UpstreamClient
    private let statistics = Statistics()
    private let registry: DeploymentRegistry
    private let catalog: ModelCatalog
    private let model: ModelSettings
    private let provider: ProviderHealth
    private let desk: QuotaDesk
    private let pauses: Pauses
    private let caller: Caller
    private var requestIDs: RequestIDGenerator
    private var heads = 0
    private var last = ReplyInfo()
    private let request = ChatRequest(messages: [.user("为什么天空是蓝色的？")])

    init(deployments: Int) {
        var random = SystemRandomNumberGenerator()
        requestIDs = RequestIDGenerator(using: &random)
        let names = (1...deployments).map { "up\($0)" }
        let model = ModelSettings(
            name: "model", deployments: names.map { DeploymentSettings(name: $0, provider: $0, upstreamModel: "m") })
        let providers = names.map { ProviderSettings(name: $0, baseURL: "http://127.0.0.1:1/v1") }
        let configuration = GatewayConfiguration(
            server: ServerSettings(), providers: Dictionary(uniqueKeysWithValues: providers.map { ($0.name, $0) }),
            models: [model.name: model], defaults: DefaultSettings())
        pauses = Pauses(scheduler: scheduler, onChange: { _ in })
        registry = DeploymentRegistry(configuration, scheduler: scheduler, pauses: pauses) { scope, _ in
            preconditionFailure("the breaker \(scope) has something to do")
        }
        guard let provider = registry.providers[names[0]] else { preconditionFailure("it was configured") }
        self.model = model
        self.provider = provider
        client = UpstreamClient(driver: InstantUpstream(), scheduler: scheduler)
        catalog = ModelCatalog(configuration)
        desk = QuotaDesk(scheduler: scheduler, onBudget: { _, _, _ in })
        desk.configure(configuration)
        caller = QuotaClients(desk: desk, configuration).caller(
            PeerIdentity(uid: 0, gid: 0, pid: 1), labels: { PeerLabels() }, wanted: nil)
    }

    @discardableResult
    func run(_ count: Int) async -> (bare: Times, whole: Times) {
        var (bare, whole) = (Times(), Times())
        for _ in 0..<count {
            var start = ClockOnly.nanoseconds
            await attempt(execution())
            bare.add(from: start)
            start = ClockOnly.nanoseconds
            await request(execution())
            whole.add(from: start)
        }
        bare.sort()
        whole.sort()
        return (bare, whole)
    }

    private func onHead(_ head: ReplyHead) { heads += 1 }

    private func execution() -> Execution {
        Execution(
            requestID: requestIDs.next(), started: scheduler.now, deadline: scheduler.now + .seconds(600),
            caller: caller)
    }

    /// What a request would go through without limits, retries, breakers, gates, balancing and trace.
    private func attempt(_ execution: Execution) async {
        do throws(GatewayError) {
            let head = ReplyHead(
                requestID: execution.requestID.description, model: model.name, provider: provider.settings.name,
                cache: .bypass)
            onHead(head)
            let answer = try await UpstreamAttempt(execution, sink: nil).run(
                .chat(request), client: client, provider: provider.settings, upstreamModel: "m"
            ).get()
            statistics.noteAttempt(provider: provider.settings.name, failed: false)
            let total = scheduler.now - execution.started
            var info = answer.body.info
            info.requestID = execution.requestID.description
            info.model = model.name
            info.provider = provider.settings.name
            info.attempts = execution.attempts
            info.latency = Latency(
                queue: execution.queueTime, firstToken: answer.firstContent, total: total,
                overhead: max(.zero, total - execution.queueTime - answer.upstreamTime))
            info.cache = .bypass
            info.upstreamID = answer.upstreamID
            last = info
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// The whole way.
    private func request(_ execution: Execution) async {
        let request = request
        let work = InferenceWork(model: model, mayRunTwice: nil) { _ in .chat(request) }
        let trace = TraceRecorder(
            id: execution.requestID, operation: "Chat", model: model.name, uid: 0, started: execution.started)
        let quota = RequestQuota(
            desk: desk, policy: registry.policy, execution: execution, caller: caller,
            minServiceTime: registry.settings.minServiceTime)
        do throws(GatewayError) {
            last = try await AttemptSequence(
                work, execution: execution, sink: nil, trace: trace, registry: registry, catalog: catalog,
                client: client, statistics: statistics, scheduler: scheduler, quota: quota, caller: caller.client,
                pauses: pauses, onHead: { self.onHead($0) }
            ).run().info
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
