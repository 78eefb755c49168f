internal import CLLMGWProto
public import LLMGWCore

/// Every way to every model.
public struct DeploymentList: Sendable, Hashable {
    public var deployments: [DeploymentStatus]

    public init(deployments: [DeploymentStatus]) {
        self.deployments = deployments
    }
}

extension DeploymentList: StructConvertible {
    init(_ c: Llmgw__V1__ListDeploymentsReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            deployments: try list(c.n_deployments, c.deployments) {
                (deployment: Llmgw__V1__DeploymentStatus, index) throws(MessageError) in
                try DeploymentStatus(deployment, at: "\(path())deployments[\(index)].")
            })
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ListDeploymentsReply>, _ arena: ProtobufArena) {
        c.pointee.n_deployments = deployments.count
        c.pointee.deployments = arena.messages(deployments) { $0.fill($1, arena) }
    }
}

extension DeploymentStatus {
    init(_ c: Llmgw__V1__DeploymentStatus, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            model: try LLMGWWire.name(c.model, path() + "model") ?? "",
            name: try LLMGWWire.name(c.name, path() + "name") ?? "",
            provider: try LLMGWWire.name(c.provider, path() + "provider") ?? "",
            upstreamModel: try LLMGWWire.name(c.upstream_model, path() + "upstream_model") ?? "",
            state: try word(c.state, path() + "state"),
            breaker: try word(c.breaker, path() + "breaker"),
            gated: present(c.has_gated_ms, .milliseconds(c.gated_ms)),
            inFlight: c.in_flight, weight: c.weight, priority: c.priority,
            requests: c.requests, successes: c.successes, failures: c.failures,
            failureCounts: try list(c.n_failure_counts, c.failure_counts) {
                (count: Llmgw__V1__FailureCount, index) throws(MessageError) in
                FailureCount(
                    reason: ErrorReason(
                        try LLMGWWire.name(count.reason, "\(path())failure_counts[\(index)].reason") ?? ""),
                    count: count.count)
            },
            successRate: present(c.has_success_rate, c.success_rate),
            firstToken: LatencyQuantiles(
                present(c.has_first_token_p50_us, c.first_token_p50_us),
                present(c.has_first_token_p95_us, c.first_token_p95_us),
                present(c.has_first_token_p99_us, c.first_token_p99_us)),
            total: LatencyQuantiles(
                present(c.has_total_p50_us, c.total_p50_us),
                present(c.has_total_p95_us, c.total_p95_us),
                present(c.has_total_p99_us, c.total_p99_us)))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__DeploymentStatus>, _ arena: ProtobufArena) {
        c.pointee.model = arena.string(model)
        c.pointee.name = arena.string(name)
        c.pointee.provider = arena.string(provider)
        c.pointee.upstream_model = arena.string(upstreamModel)
        c.pointee.state = arena.string(state.rawValue)
        c.pointee.breaker = arena.string(breaker.rawValue)
        assign(&c.pointee.has_gated_ms, &c.pointee.gated_ms, gated?.clampedMilliseconds)
        assign(&c.pointee.has_in_flight, &c.pointee.in_flight, inFlight)
        assign(&c.pointee.has_weight, &c.pointee.weight, weight)
        assign(&c.pointee.has_priority, &c.pointee.priority, priority)
        assign(&c.pointee.has_requests, &c.pointee.requests, requests)
        assign(&c.pointee.has_successes, &c.pointee.successes, successes)
        assign(&c.pointee.has_failures, &c.pointee.failures, failures)
        c.pointee.n_failure_counts = failureCounts.count
        c.pointee.failure_counts = arena.messages(failureCounts) {
            (failure, pointer: UnsafeMutablePointer<Llmgw__V1__FailureCount>) in
            pointer.pointee.reason = arena.string(failure.reason.name)
            assign(&pointer.pointee.has_count, &pointer.pointee.count, failure.count)
        }
        assign(&c.pointee.has_success_rate, &c.pointee.success_rate, successRate)
        assign(&c.pointee.has_first_token_p50_us, &c.pointee.first_token_p50_us, firstToken?.p50.clampedMicroseconds)
        assign(&c.pointee.has_first_token_p95_us, &c.pointee.first_token_p95_us, firstToken?.p95.clampedMicroseconds)
        assign(&c.pointee.has_first_token_p99_us, &c.pointee.first_token_p99_us, firstToken?.p99.clampedMicroseconds)
        assign(&c.pointee.has_total_p50_us, &c.pointee.total_p50_us, total?.p50.clampedMicroseconds)
        assign(&c.pointee.has_total_p95_us, &c.pointee.total_p95_us, total?.p95.clampedMicroseconds)
        assign(&c.pointee.has_total_p99_us, &c.pointee.total_p99_us, total?.p99.clampedMicroseconds)
    }
}

extension LatencyQuantiles {
    /// Microseconds; all three, or none.
    fileprivate init?(_ p50: UInt64?, _ p95: UInt64?, _ p99: UInt64?) {
        guard let p50, let p95, let p99 else { return nil }
        self.init(p50: .microseconds(p50), p95: .microseconds(p95), p99: .microseconds(p99))
    }
}
