import LLMGWCore
import LLMGWWire

/// What people see of failures and how they are dealt with, and where administrators step in. Every method asks by itself who the caller is.
@GatewayLoop
final class ResilienceService {
    /// A breaker's reason is kept, and shown to everybody.
    private static let maxReasonLength = 256

    private let inspection: any ResilienceInspection
    private let administrators: Administrators

    init(inspection: any ResilienceInspection, administrators: Administrators) {
        self.inspection = inspection
        self.administrators = administrators
    }

    var deployments: DeploymentList { DeploymentList(deployments: inspection.deployments()) }
    var breakers: BreakerList { BreakerList(breakers: inspection.breakers()) }
    var alerts: AlertList { AlertList(alerts: inspection.alerts()) }

    func setBreaker(_ command: BreakerCommand, for peer: PeerIdentity) throws(GatewayError) -> SetBreakerOutcome {
        try administrators.require(peer, for: "SetBreaker")
        try Self.validate(command)
        let found = inspection.setBreaker(
            command.scope, action: command.action, actor: peer, reason: command.reason, ttl: command.ttl)
        return SetBreakerOutcome(found: found)
    }

    private static func validate(_ command: BreakerCommand) throws(GatewayError) {
        if let ttl = command.ttl {
            guard ttl > .zero else { throw GatewayError(.invalidRequest, "ttl_ms: no time at all") }
            guard command.action != .reset else { throw GatewayError(.invalidRequest, "ttl_ms: a reset does not last") }
        }
        try command.reason.requireOneLine("reason", maxLength: maxReasonLength)
    }

    /// Other users' requests look the same as those that do not exist.
    func explain(_ target: TraceTarget, for peer: PeerIdentity) throws(GatewayError) -> TraceOutcome {
        guard let id = RequestID(target.requestID) else {
            throw GatewayError(.invalidRequest, "request_id: a request id has 16 hexadecimal digits")
        }
        guard let trace = inspection.trace(id), trace.uid == peer.uid || administrators.contains(peer) else {
            return TraceOutcome(trace: nil)
        }
        return TraceOutcome(trace: trace)
    }

    func testModels(_ call: Call) async throws(GatewayError) {
        try administrators.require(call.peer, for: "TestModels")
        let target: ModelTestTarget = try call.request()
        call.isStream = true
        call.sendHead(ReplyHead(requestID: call.execution.requestID.description))
        // There are as few results as deployments, so that a slow reader need not slow the tests down.
        call.finish(try await testModels(target, call.execution) { _ = call.sendMessage($0) })
    }

    func testModels(
        _ target: ModelTestTarget, _ execution: Execution, report: @escaping @GatewayLoop (ModelTestResult) -> Void
    ) async throws(GatewayError) -> ModelTestSummary {
        let tally = Tally()
        try await inspection.testModels(target.model, execution: execution) { result in
            tally.count(result)
            report(result)
        }
        return tally.summary
    }
}

@GatewayLoop
private final class Tally {
    private(set) var summary = ModelTestSummary()

    func count(_ result: ModelTestResult) {
        if result.error == nil { summary.ok += 1 } else { summary.failed += 1 }
    }
}
