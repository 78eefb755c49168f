import LLMGWCore
import LLMGWWire

extension MessageSample {
    /// What administration shows of failures, and what it is told.
    static let resilience: [MessageSample] = [
        MessageSample("full", DeploymentList(deployments: [fullDeployment, emptyDeployment])),
        MessageSample("empty", DeploymentList(deployments: [])),
        MessageSample("every state", BreakerList(breakers: states.map { BreakerStatus(scope: "s", state: $0) })),
        MessageSample("full", BreakerList(breakers: [fullBreaker, zeroBreaker])),
        MessageSample("empty", BreakerList(breakers: [])),
        MessageSample(
            "full", BreakerCommand(scope: "provider/供", action: .forceOpen, reason: "维护", ttl: .milliseconds(1))),
        MessageSample("plain", BreakerCommand(scope: "", action: .reset)),
        MessageSample("zero", BreakerCommand(scope: "deployment/m/d", action: .forceClosed, ttl: .zero)),
        MessageSample("found", SetBreakerOutcome(found: true)),
        MessageSample("not found", SetBreakerOutcome(found: false)),
        MessageSample("one", ModelTestTarget(model: "模型")),
        MessageSample("all", ModelTestTarget(model: nil)),
        MessageSample(
            "well",
            ModelTestResult(
                model: "m", deployment: "d", provider: "p", duration: .microseconds(Int64(2)), firstToken: .zero)),
        MessageSample(
            "failed",
            ModelTestResult(model: "大", deployment: "", provider: "", error: fullError, duration: .zero)),
        MessageSample("full", ModelTestSummary(ok: 3, failed: .max)),
        MessageSample("zero", ModelTestSummary()),
        MessageSample("full", TraceTarget(requestID: "00ff")),
        MessageSample("full", TraceOutcome(trace: fullTrace)),
        MessageSample(
            "running",
            TraceOutcome(
                trace: RequestTrace(
                    requestID: "", operation: "", model: "", uid: 0, age: .zero, steps: [], isRunning: true))),
        MessageSample("none", TraceOutcome(trace: nil)),
        MessageSample(
            "full",
            AlertList(alerts: [
                AlertStatus(
                    name: "慢", severity: .critical, state: .firing, metric: "success rate", subject: "model/模型",
                    value: 0, threshold: 0.95, since: .milliseconds(7)),
                AlertStatus(
                    name: "", severity: .init(rawValue: "未来"), state: .ok, metric: "", subject: "", value: nil,
                    threshold: 0, since: .zero),
            ])),
        MessageSample("empty", AlertList(alerts: [])),
    ]
}

private let states: [BreakerStatus.State] = [
    .closed, .open, .halfOpen, .forcedOpen, .forcedClosed, .off, BreakerStatus.State(rawValue: "a newer peer's"),
]

private let fullDeployment = DeploymentStatus(
    model: "模型", name: "a", provider: "供", upstreamModel: "u", state: .slowStart, breaker: .halfOpen,
    gated: .milliseconds(1), inFlight: 2, weight: 0.5, priority: 3, requests: 9, successes: 5, failures: 4,
    failureCounts: [
        FailureCount(reason: .rateLimited, count: 3),
        FailureCount(reason: ErrorReason("llmgw.future.reason"), count: 1),
    ], successRate: 5.0 / 9,
    firstToken: LatencyQuantiles(p50: .zero, p95: .microseconds(Int64(2)), p99: .microseconds(Int64(3))),
    total: LatencyQuantiles(p50: .microseconds(Int64(4)), p95: .microseconds(Int64(5)), p99: .seconds(6)))

private let emptyDeployment = DeploymentStatus(
    model: "", name: "", provider: "", upstreamModel: "", state: .healthy, breaker: .off, gated: .zero, weight: 0,
    successRate: 0)

private let fullBreaker = BreakerStatus(
    scope: "deployment/模型/a", state: .forcedOpen, failureRate: 0.5, slowRate: 0.25, calls: 20, consecutiveFailures: 6,
    opens: .max, remaining: .milliseconds(15_000),
    forced: .init(by: "uid 0", reason: "供应商维护", remaining: .milliseconds(1)))

/// Every optional scalar is there, and zero.
private let zeroBreaker = BreakerStatus(
    scope: "", state: .open, failureRate: 0, slowRate: 0, remaining: .zero,
    forced: .init(by: "", reason: "", remaining: nil))

private let fullTrace = RequestTrace(
    requestID: "8f3a61c200000017", operation: "Chat", model: "模型", uid: .max, age: .milliseconds(12_400),
    steps: [
        TraceStep(
            at: .microseconds(Int64(1)), model: "模型", deployment: "a", decision: .attempt, detail: "权重 2", wait: .zero,
            reason: .overloaded, httpStatus: 529, duration: .zero),
        TraceStep(
            at: .microseconds(Int64(2)), model: "", deployment: "", decision: .wait, wait: .microseconds(Int64(5))),
        TraceStep(at: .zero, model: "m", deployment: "b", decision: .init(rawValue: "later")),
    ], reason: .noHealthyTarget)
