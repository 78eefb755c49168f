import LLMGWCore

/// What administration needs of the pipeline, to show and to steer how it deals with failure. Who may ask is decided by the caller.
@GatewayLoop
protocol ResilienceInspection: AnyObject {
    /// In the order of models and, within one, of preference.
    func deployments() -> [DeploymentStatus]

    func breakers() -> [BreakerStatus]

    /// False where there is no such breaker. A `ttl` of nil lasts until somebody resets the breaker.
    func setBreaker(
        _ scope: String, action: BreakerAction, actor: PeerIdentity, reason: String, ttl: Duration?
    ) -> Bool

    /// Nil where the request is not remembered (any more).
    func trace(_ id: RequestID) -> RequestTrace?

    func alerts() -> [AlertStatus]

    /// Asks every deployment of the model, or of all, for one token, and reports each result as soon as it is known.
    ///
    /// A deployment that fails is a result, not an error. Throws if there is no such model, and if `execution` is cancelled or its time runs out.
    func testModels(
        _ model: String?, execution: Execution, report: @escaping @GatewayLoop (ModelTestResult) -> Void
    ) async throws(GatewayError)
}
