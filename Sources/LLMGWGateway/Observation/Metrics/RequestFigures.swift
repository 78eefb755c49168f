import LLMGWCore
import LLMGWPolicy

/// What metrics tell of the requests that ended. Names come from the configuration and from tables of this program, never from a caller, so
/// that the number of series is bounded.
@GatewayLoop
final class RequestFigures {
    /// One operation at a model; `provider` is the one that answered, or was asked last.
    struct Target: Hashable {
        var operation: String
        var provider: String
        var model: String

        var labels: [String] { [operation, provider, model] }

        /// What is told of the model at the provider, whatever it was asked to do.
        var ofAllOperations: Target { Target(operation: "", provider: provider, model: model) }
    }

    struct Part: Hashable {
        var target: Target
        /// The error's type, or the tokens'; empty for none.
        var type = ""

        var labels: [String] { target.labels + [type] }
    }

    struct Pair: Hashable {
        var from: String
        var to: String
    }

    struct CostKey: Hashable {
        var provider: String
        var model: String
        var currency: String
    }

    /// 10 ms to 82 s, as the conventions say.
    static let seconds = Histogram(bounds: (0...13).map { 0.01 * Double(1 << $0) })
    /// 1 to 67 million, as the conventions say.
    private static let counts = Histogram(bounds: (0...13).map { Double(1 << (2 * $0)) })
    /// 10 µs to 10 s: the gateway's own work is short.
    private static let shortTimes = Histogram(
        bounds: [1e-5, 2.5e-5, 5e-5].map { $0 } + [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.1, 1, 10])

    private(set) var requests: [Target: RequestCounts] = [:]
    private(set) var failures: [ErrorReason: UInt64] = [:]
    private(set) var durations: [Part: Histogram] = [:]
    private(set) var firstChunks: [Target: Histogram] = [:]
    private(set) var tokenUsage: [Part: Histogram] = [:]
    private(set) var tokens: [Part: UInt64] = [:]
    private(set) var estimatedTokens: [Part: UInt64] = [:]
    /// Millionths.
    private(set) var costs: [CostKey: Int64] = [:]
    private(set) var retries: [String: UInt64] = [:]
    private(set) var failovers: [Pair: UInt64] = [:]
    private(set) var queueWait = RequestFigures.seconds
    private(set) var overhead = RequestFigures.shortTimes

    func note(
        _ execution: Execution, model: ModelSettings?, error: GatewayError?, usage: Usage?, info: ReplyInfo?,
        total: Duration
    ) {
        let provider = info?.provider ?? error?.provider ?? model?.provider ?? ""
        let name = model?.name ?? ""
        let target = Target(operation: execution.operation.lowercased(), provider: provider, model: name)
        requests[target, default: RequestCounts()].note(error)
        if let error { failures[error.reason, default: 0] += 1 }
        guard model != nil, info?.isNew ?? true else { return }
        let operation = Target(
            operation: GenerativeAI.operation(execution.operation), provider: provider, model: name)
        durations[Part(target: operation, type: error?.reason.name ?? ""), default: Self.seconds].add(total.inSeconds)
        if execution.attempts > 1 { retries[provider, default: 0] += UInt64(execution.attempts - 1) }
        if let usage { note(usage, operation) }
        if let estimate = execution.spending.estimate { noteEstimate(estimate, operation) }
        if let cost = execution.cost(info) {
            costs[CostKey(provider: provider, model: name, currency: cost.currency), default: 0] += cost.micros
        }
        guard let info else { return }
        if info.source == .fallback, let other = info.model { failovers[Pair(from: name, to: other), default: 0] += 1 }
        guard let latency = info.latency else { return }
        queueWait.add(latency.queue.inSeconds)
        overhead.add(latency.overhead.inSeconds)
        if execution.isStream, let first = latency.firstToken {
            firstChunks[operation, default: Self.seconds].add(first.inSeconds)
        }
    }

    private func note(_ usage: Usage, _ operation: Target) {
        let sum = operation.ofAllOperations
        for (type, count) in GenerativeAI.tokens(usage) {
            guard let count else { continue }
            tokens[Part(target: sum, type: type), default: 0] += count
            guard GenerativeAI.tokenTypes.contains(type) else { continue }
            tokenUsage[Part(target: operation, type: type), default: Self.counts].add(Double(count))
        }
    }

    private func noteEstimate(_ usage: Usage, _ operation: Target) {
        for (type, count) in GenerativeAI.tokens(usage) where GenerativeAI.tokenTypes.contains(type) {
            estimatedTokens[Part(target: operation.ofAllOperations, type: type), default: 0] += count ?? 0
        }
    }

    /// Has every series that the configuration allows begin at 0.
    func declare(_ configuration: GatewayConfiguration) {
        for model in configuration.models.values {
            for provider in Set(model.deployments.map(\.provider)) {
                for operation in GenerativeAI.operations(of: model, configuration.defaults) {
                    declare(Target(operation: operation, provider: provider, model: model.name))
                }
            }
            let chains = model.fallbacks.general + model.fallbacks.context + model.fallbacks.content
            for other in chains { failovers[Pair(from: model.name, to: other), default: 0] += 0 }
        }
        for provider in configuration.providers.keys { retries[provider, default: 0] += 0 }
        // What a client library finds out by itself never comes here.
        for entry in ErrorReason.table where !entry.reason.name.hasPrefix("llmgw.local.") {
            failures[entry.reason, default: 0] += 0
        }
    }

    private func declare(_ target: Target) {
        requests[target, default: RequestCounts()] += RequestCounts()
        let operation = Target(
            operation: GenerativeAI.operation(target.operation), provider: target.provider, model: target.model)
        let sum = target.ofAllOperations
        _ = durations[Part(target: operation), orInsert: Self.seconds]
        _ = firstChunks[operation, orInsert: Self.seconds]
        for type in GenerativeAI.tokenTypes {
            _ = tokenUsage[Part(target: operation, type: type), orInsert: Self.counts]
            estimatedTokens[Part(target: sum, type: type), default: 0] += 0
        }
        for (type, _) in GenerativeAI.tokens(Usage()) { tokens[Part(target: sum, type: type), default: 0] += 0 }
    }
}

extension RequestCounts {
    fileprivate static func += (sum: inout RequestCounts, part: RequestCounts) {
        sum.requests += part.requests
        sum.succeeded += part.succeeded
        sum.failed += part.failed
        sum.cancelled += part.cancelled
    }
}

extension Dictionary {
    fileprivate subscript(key: Key, orInsert value: Value) -> Value {
        mutating get {
            if let known = self[key] { return known }
            self[key] = value
            return value
        }
    }
}

extension Duration {
    var inSeconds: Double { self / .seconds(1) }
}
