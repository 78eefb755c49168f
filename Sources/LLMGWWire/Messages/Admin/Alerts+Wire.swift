internal import CLLMGWProto
public import LLMGWCore

/// Every threshold, exceeded or not.
public struct AlertList: Sendable, Hashable {
    public var alerts: [AlertStatus]

    public init(alerts: [AlertStatus]) {
        self.alerts = alerts
    }
}

extension AlertList: StructConvertible {
    init(_ c: Llmgw__V1__ListAlertsReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            alerts: try list(c.n_alerts, c.alerts) { (alert: Llmgw__V1__AlertStatus, index) throws(MessageError) in
                try AlertStatus(alert, at: "\(path())alerts[\(index)].")
            })
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ListAlertsReply>, _ arena: ProtobufArena) {
        c.pointee.n_alerts = alerts.count
        c.pointee.alerts = arena.messages(alerts) { $0.fill($1, arena) }
    }
}

extension AlertStatus {
    init(_ c: Llmgw__V1__AlertStatus, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            name: try LLMGWWire.name(c.name, path() + "name") ?? "",
            severity: try word(c.severity, path() + "severity"),
            state: try word(c.state, path() + "state"),
            metric: try LLMGWWire.name(c.metric, path() + "metric") ?? "",
            subject: try LLMGWWire.name(c.subject, path() + "subject") ?? "",
            value: present(c.has_value, c.value), threshold: c.threshold, since: .milliseconds(c.since_ms))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__AlertStatus>, _ arena: ProtobufArena) {
        c.pointee.name = arena.string(name)
        c.pointee.severity = arena.string(severity.rawValue)
        c.pointee.state = arena.string(state.rawValue)
        c.pointee.metric = arena.string(metric)
        c.pointee.subject = arena.string(subject)
        assign(&c.pointee.has_value, &c.pointee.value, value)
        assign(&c.pointee.has_threshold, &c.pointee.threshold, threshold)
        assign(&c.pointee.has_since_ms, &c.pointee.since_ms, since.clampedMilliseconds)
    }
}
