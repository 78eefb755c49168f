import LLMGWCore

extension RequestRecord {
    /// A request that has just ended. `info` is nil where it failed.
    @GatewayLoop
    init(
        _ execution: Execution, model: String, error: GatewayError?, usage: Usage?, info: ReplyInfo?,
        now: MonotonicInstant
    ) {
        let total = now - execution.started
        let caller = execution.caller
        self.init(
            requestID: execution.requestID.description, operation: execution.operation,
            model: info?.model ?? error?.model ?? model, provider: info?.provider ?? error?.provider ?? "",
            client: caller?.client.name ?? "", uid: caller?.client.uid ?? 0, priority: caller?.priority,
            reason: error?.reason, attempts: execution.attempts,
            latency: info?.latency
                ?? Latency(
                    queue: execution.queueTime, firstToken: nil, total: total,
                    // How long an upstream that failed was at work is not known here.
                    overhead: execution.attempts == 0 ? max(.zero, total - execution.queueTime) : .zero),
            usage: usage, cost: info?.cost, cache: info?.cache,
            started: UnixTime(milliseconds: UnixTime.now.milliseconds - total.wholeMilliseconds),
            stream: execution.isStream)
    }
}
