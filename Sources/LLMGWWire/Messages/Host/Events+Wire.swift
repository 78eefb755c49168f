internal import CLLMGWProto
public import LLMGWCore

extension EventFilter: StructConvertible {
    init(_ c: Llmgw__V1__WatchEventsRequest, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            kinds: try names(c.n_kinds, c.kinds, path() + "kinds").map(GatewayEvent.Kind.init),
            minSeverity: try name(c.min_severity, path() + "min_severity").map(GatewayEvent.Severity.init),
            client: try name(c.client, path() + "client"),
            model: try name(c.model, path() + "model"),
            provider: try name(c.provider, path() + "provider"),
            failuresOnly: c.failures_only != 0)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__WatchEventsRequest>, _ arena: ProtobufArena) {
        c.pointee.n_kinds = kinds.count
        c.pointee.kinds = arena.strings(kinds.map(\.rawValue))
        c.pointee.min_severity = arena.string(minSeverity?.rawValue)
        c.pointee.client = arena.string(client)
        c.pointee.model = arena.string(model)
        c.pointee.provider = arena.string(provider)
        assign(&c.pointee.has_failures_only, &c.pointee.failures_only, failuresOnly ? 1 : 0)
    }
}

extension GatewayEvent: StructConvertible {
    init(_ c: Llmgw__V1__Event, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            sequence: c.sequence,
            time: UnixTime(milliseconds: c.unix_ms),
            kind: try word(c.kind, path() + "kind"),
            severity: try word(c.severity, path() + "severity"),
            subject: try name(c.subject, path() + "subject"),
            message: try text(c.has_message, c.message, path() + "message") ?? "",
            request: try c.request.map { inner throws(MessageError) in
                try RequestRecord(inner.pointee, at: path() + "request.")
            },
            details: try labelList(c.n_details, c.details, path() + "details"),
            dropped: c.dropped)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__Event>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_sequence, &c.pointee.sequence, sequence)
        assign(&c.pointee.has_unix_ms, &c.pointee.unix_ms, time.milliseconds)
        c.pointee.kind = arena.string(kind.rawValue)
        c.pointee.severity = arena.string(severity.rawValue)
        c.pointee.subject = arena.string(subject)
        if !message.isEmpty { assign(&c.pointee.has_message, &c.pointee.message, arena.bytes(message)) }
        if let request {
            let pointer = arena.make(Llmgw__V1__RequestRecord.self)
            request.fill(pointer, arena)
            c.pointee.request = pointer
        }
        c.pointee.n_details = details.count
        c.pointee.details = arena.messages(details) { $0.fill($1, arena) }
        assign(&c.pointee.has_dropped, &c.pointee.dropped, dropped)
    }
}

extension EventSummary: StructConvertible {
    init(_ c: Llmgw__V1__WatchEventsReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            delivered: c.delivered,
            dropped: c.dropped)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__WatchEventsReply>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_delivered, &c.pointee.delivered, delivered)
        assign(&c.pointee.has_dropped, &c.pointee.dropped, dropped)
    }
}
