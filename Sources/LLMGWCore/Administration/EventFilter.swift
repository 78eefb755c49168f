/// Which events are wanted. What is nil or empty lets everything through; an event has to meet all the others.
public struct EventFilter: Sendable, Hashable {
    public var kinds: [GatewayEvent.Kind]
    /// Nothing less severe.
    public var minSeverity: GatewayEvent.Severity?
    public var client: String?
    public var model: String?
    public var provider: String?
    /// Of requests, only those that failed.
    public var failuresOnly: Bool

    public init(
        kinds: [GatewayEvent.Kind] = [], minSeverity: GatewayEvent.Severity? = nil, client: String? = nil,
        model: String? = nil, provider: String? = nil, failuresOnly: Bool = false
    ) {
        self.kinds = kinds
        self.minSeverity = minSeverity
        self.client = client
        self.model = model
        self.provider = provider
        self.failuresOnly = failuresOnly
    }

    /// Throws if it names what no event has: whoever waits for that would wait for ever.
    public func validate() throws(GatewayError) {
        for (index, kind) in kinds.enumerated() where !GatewayEvent.Kind.all.contains(kind) {
            let known = GatewayEvent.Kind.all.map(\.rawValue).joined(separator: ", ")
            throw GatewayError(.invalidRequest, "kinds[\(index)]: there is no \"\(kind)\"; known are \(known)")
        }
        if let minSeverity, minSeverity.rank == nil {
            let known = GatewayEvent.Severity.all.map(\.rawValue).joined(separator: ", ")
            throw GatewayError(.invalidRequest, "min_severity: there is no \"\(minSeverity)\"; known are \(known)")
        }
    }

    public func admits(_ event: GatewayEvent) -> Bool {
        guard kinds.isEmpty || kinds.contains(event.kind) else { return false }
        if let least = minSeverity?.rank, let rank = event.severity.rank, rank < least { return false }
        if failuresOnly, let request = event.request, request.reason == nil { return false }
        return meets(client, event.request?.client, "client/", event)
            && meets(provider, event.request?.provider, "provider/", event)
            && (meets(model, event.request?.model, "model/", event) || isDeployment(of: model, event))
    }

    private func meets(_ wanted: String?, _ requests: String?, _ scope: String, _ event: GatewayEvent) -> Bool {
        guard let wanted else { return true }
        return requests == wanted || event.subject == scope + wanted
    }

    private func isDeployment(of model: String?, _ event: GatewayEvent) -> Bool {
        guard let model, let subject = event.subject else { return false }
        return subject.hasPrefix("deployment/\(model)/")
    }
}
