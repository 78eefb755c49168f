import LLMGWCore

/// All that is known of one request.
enum TopDetail {
    static func lines(_ id: String, _ sample: TopSample, _ trace: RequestTrace?) -> [String] {
        var lines = ["Request \(id)"]
        if let r = sample.requests.first(where: { $0.requestID == id }) {
            lines += [
                "operation  \(r.operation)\(r.stream ? " (stream)" : "")", "model      \(r.model)",
                "provider   \(r.provider.isEmpty ? "-" : r.provider)", "phase      \(r.phase.rawValue)",
                "age        \(r.age.short), \((r.remaining?.short).orDash) left",
                "sent       \(r.bytesSent) bytes", "client     \(r.clientName), uid \(r.uid), pid \(r.pid)",
            ]
            lines += r.labels.map { "label      \($0.key)=\($0.value)" }
        } else {
            lines.append("no longer in flight")
        }
        if let trace, trace.requestID == id {
            lines.append("")
            lines += trace.steps.map(line)
            if let reason = trace.reason { lines.append("ended: \(reason)") }
        }
        return lines.map { Terminal.plainLine($0) }
    }

    private static func line(_ step: TraceStep) -> String {
        var parts = ["+\(step.at.short)", step.decision.rawValue]
        if !step.deployment.isEmpty { parts.append("\(step.model)/\(step.deployment)") }
        if let reason = step.reason { parts.append(reason.name) }
        if let duration = step.duration { parts.append("after \(duration.short)") }
        if !step.detail.isEmpty { parts.append(step.detail) }
        return parts.joined(separator: "  ")
    }
}
