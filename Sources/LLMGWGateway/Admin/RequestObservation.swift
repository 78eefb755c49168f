import LLMGWCore

/// What the gateway remembers of requests that have ended. Every method gives all there is; who may see what is decided by the caller.
@GatewayLoop
protocol RequestObservation: AnyObject {
    /// The slowest first.
    func slowRequests() -> SlowRequestReport

    func latencies(by grouping: LatencyGrouping) -> LatencyReport

    func metrics(_ format: MetricsFormat) -> MetricsText
}
