/// One deployment's answer to a connectivity test.
public struct ModelTestResult: Sendable, Hashable {
    public var model: String
    public var deployment: String
    public var provider: String
    /// Nil where it answered.
    public var error: GatewayError?
    public var duration: Duration
    /// Nil where no content came.
    public var firstToken: Duration?

    public init(
        model: String, deployment: String, provider: String, error: GatewayError? = nil, duration: Duration,
        firstToken: Duration? = nil
    ) {
        self.model = model
        self.deployment = deployment
        self.provider = provider
        self.error = error
        self.duration = duration
        self.firstToken = firstToken
    }
}

/// How many deployments answered a test, and how many did not.
public struct ModelTestSummary: Sendable, Hashable {
    public var ok: UInt32
    public var failed: UInt32

    public init(ok: UInt32 = 0, failed: UInt32 = 0) {
        self.ok = ok
        self.failed = failed
    }
}
