public import LLMGWCore
internal import LLMGWWire

// What the person in charge of the host does, and watches.
extension GatewayClient {
    /// Has the configuration read anew: all of it, or nothing. For administrators.
    public func reload(_ command: ReloadCommand = ReloadCommand()) async throws(GatewayError) -> ReloadReport {
        try await unary(.reload, command)
    }

    /// Lets what runs come to its end, then ends the daemon. For administrators.
    public func drain(_ command: DrainCommand = DrainCommand()) async throws(GatewayError) -> DrainReport {
        try await unary(.drain, command)
    }

    /// Lets the program that lies on the disk now take the daemon's place. Returns when that one serves, or cannot. For administrators.
    public func upgrade(_ command: UpgradeCommand = UpgradeCommand()) async throws(GatewayError) -> UpgradeReport {
        try await unary(.upgrade, command)
    }

    /// Nil where there is no such scope; else everything that is paused now. For administrators.
    public func pause(_ command: PauseCommand = PauseCommand()) async throws(GatewayError) -> [PauseStatus]? {
        let outcome: PauseOutcome = try await unary(.pause, command)
        return outcome.found ? outcome.pauses : nil
    }

    /// Nil where nothing of the kind was paused; else everything that is paused still. For administrators.
    public func resume(_ command: ResumeCommand = ResumeCommand()) async throws(GatewayError) -> [PauseStatus]? {
        let outcome: ResumeOutcome = try await unary(.resume, command)
        return outcome.found ? outcome.pauses : nil
    }

    /// What happens from now on, until `options.timeout`, or until the daemon ends. A reader that is too slow loses events, and the next one
    /// says how many. Other uids' requests only for administrators.
    public func watchEvents(
        _ filter: EventFilter = EventFilter(), options: CallOptions = CallOptions()
    ) async throws(GatewayError) -> ReplyStream<GatewayEvent, EventSummary> {
        try await stream(.watchEvents, filter, options)
    }

    /// The slowest of the last requests: the caller's own; all of them for administrators.
    public func slowRequests(max: UInt32? = nil) async throws(GatewayError) -> SlowRequestReport {
        try await unary(.listSlowRequests, SlowRequestQuery(max: max))
    }

    /// By model, where nothing else is said.
    public func latencies(by grouping: LatencyGrouping? = nil) async throws(GatewayError) -> LatencyReport {
        try await unary(.getLatency, LatencyQuery(by: grouping))
    }

    /// What a monitoring system collects. For administrators.
    public func metrics(_ format: MetricsFormat? = nil) async throws(GatewayError) -> MetricsText {
        try await unary(.getMetrics, MetricsQuery(format: format))
    }
}
