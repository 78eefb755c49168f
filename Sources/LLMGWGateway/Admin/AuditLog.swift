import LLMGWCore
import LLMGWWire
import Logging

/// Records what administrators do, and what others try: who, what, and what came of it.
@GatewayLoop
struct AuditLog {
    /// Callers choose the target's text; so much of it is kept.
    private static let maxTarget = 256

    let logger: Logger
    let events: EventBroadcaster

    /// Once for each call, when it has ended.
    func note(_ call: Call) {
        guard let action = Self.action(of: call) else { return }
        var metadata = call.logMetadata
        metadata["llmgw-audit"] = .stringConvertible(1)
        metadata["llmgw-action"] = "\(action.name)"
        metadata["llmgw-target"] = "\(String(action.target.prefix(Self.maxTarget)))"
        metadata["llmgw-outcome"] = call.foundNothing ? "not found" : "\(call.outcome)"
        let isDenied = call.failure?.reason == .permissionDenied
        logger.log(level: isDenied ? .warning : .notice, "administrative action", metadata: metadata)
        publish(call, action, isDenied)
    }

    /// What is done successfully to the whole host has events of its own.
    private func publish(_ call: Call, _ action: (name: String, target: String), _ isDenied: Bool) {
        let isTold = [.reload, .drain, .upgrade, .pause, .resume].contains(call.method)
        guard !isTold || call.failure != nil else { return }
        let kind: GatewayEvent.Kind = call.method == .purgeCache && call.failure == nil ? .cache : .admin
        events.publish(
            kind, isDenied ? .warning : .notice, "uid \(call.peer.uid): \(action.name)",
            details: [
                Label(key: "action", value: action.name),
                Label(key: "target", value: String(action.target.prefix(Self.maxTarget))),
                Label(key: "outcome", value: call.foundNothing ? "not found" : call.outcome),
                Label(key: "uid", value: "\(call.peer.uid)"),
            ])
    }

    /// Nil for what only looks at what its caller may see. Every new method has to decide.
    private static func action(of call: Call) -> (name: String, target: String)? {
        switch call.method {
        case .cancelRequest: ("cancel", target(of: call) { (request: CancelTarget) in request.requestID })
        case .getConfig: ("show configuration", "")
        case .setBreaker:
            (
                target(of: call) { (request: BreakerCommand) in "breaker \(request.action)" },
                target(of: call) { (request: BreakerCommand) in request.scope }
            )
        case .testModels: ("test models", target(of: call) { (request: ModelTestTarget) in request.model ?? "all" })
        case .reload:
            (target(of: call) { (request: ReloadCommand) in request.dryRun ? "check configuration" : "reload" }, "")
        case .drain: ("drain", "")
        case .upgrade: ("upgrade", "")
        case .pause: ("pause", target(of: call) { (request: PauseCommand) in request.scope ?? "all" })
        case .resume: ("resume", target(of: call) { (request: ResumeCommand) in request.scope ?? "every pause" })
        case .getCacheEntry:
            (
                target(of: call) { (request: CacheEntryQuery) in
                    request.withReply ? "show cached answer" : "describe cached answer"
                }, target(of: call) { (request: CacheEntryQuery) in request.key }
            )
        case .purgeCache: ("purge cache", target(of: call) { (request: CachePurge) in "\(request)" })
        case .ping, .getInfo, .getSchema, .chat, .complete, .embed, .batch, .listModels, .status, .listRequests,
            .listDeployments, .listBreakers, .explain, .listAlerts, .listLimits, .listQueues, .listClients, .getUsage,
            .listBudgets, .getCacheStats, .watchEvents, .listSlowRequests, .getLatency, .getMetrics:
            nil
        }
    }

    private static func target<Message: WireMessage>(of call: Call, _ read: (Message) -> String) -> String {
        do throws(GatewayError) { return read(try call.request()) } catch { return "not to be decoded" }
    }
}
