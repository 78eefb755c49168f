internal import CLLMGWProto
public import LLMGWCore

/// The requests in flight that the caller may see.
public struct RequestList: Sendable, Hashable {
    public var requests: [RequestSummary]

    public init(requests: [RequestSummary]) {
        self.requests = requests
    }
}

/// Which request is to be given up.
public struct CancelTarget: Sendable, Hashable {
    public var requestID: String

    public init(requestID: String) {
        self.requestID = requestID
    }
}

/// Whether there was such a request.
public struct CancelOutcome: Sendable, Hashable {
    public var found: Bool

    public init(found: Bool) {
        self.found = found
    }
}

extension RequestList: StructConvertible {
    init(_ c: Llmgw__V1__ListRequestsReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            requests: try list(c.n_requests, c.requests) {
                (request: Llmgw__V1__RequestStatus, index) throws(MessageError) in
                try RequestSummary(request, at: "\(path())requests[\(index)].")
            })
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ListRequestsReply>, _ arena: ProtobufArena) {
        c.pointee.n_requests = requests.count
        c.pointee.requests = arena.messages(requests) { $0.fill($1, arena) }
    }
}

extension RequestSummary {
    init(_ c: Llmgw__V1__RequestStatus, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            requestID: try name(c.request_id, path() + "request_id") ?? "",
            operation: try name(c.operation, path() + "operation") ?? "",
            model: try name(c.model, path() + "model") ?? "",
            provider: try name(c.provider, path() + "provider") ?? "",
            phase: Phase(rawValue: try name(c.phase, path() + "phase") ?? "") ?? .waiting,
            age: .milliseconds(c.age_ms),
            remaining: present(c.has_remaining_ms, .milliseconds(c.remaining_ms)),
            uid: c.uid, pid: c.pid,
            clientName: try name(c.client_name, path() + "client_name") ?? "",
            labels: try labelList(c.n_labels, c.labels, path() + "labels"),
            stream: c.stream != 0, bytesSent: c.bytes_sent)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__RequestStatus>, _ arena: ProtobufArena) {
        c.pointee.request_id = arena.string(requestID)
        c.pointee.operation = arena.string(operation)
        c.pointee.model = arena.string(model)
        c.pointee.provider = arena.string(provider)
        c.pointee.phase = arena.string(phase.rawValue)
        assign(&c.pointee.has_age_ms, &c.pointee.age_ms, age.clampedMilliseconds)
        assign(&c.pointee.has_remaining_ms, &c.pointee.remaining_ms, remaining?.clampedMilliseconds)
        assign(&c.pointee.has_uid, &c.pointee.uid, uid)
        assign(&c.pointee.has_pid, &c.pointee.pid, pid)
        c.pointee.client_name = arena.string(clientName)
        c.pointee.n_labels = labels.count
        c.pointee.labels = arena.messages(labels) { $0.fill($1, arena) }
        assign(&c.pointee.has_stream, &c.pointee.stream, stream ? 1 : 0)
        assign(&c.pointee.has_bytes_sent, &c.pointee.bytes_sent, bytesSent)
    }
}

extension CancelTarget: StructConvertible {
    init(_ c: Llmgw__V1__CancelRequestRequest, at path: @autoclosure () -> String) throws(MessageError) {
        guard let id = try name(c.request_id, path() + "request_id") else {
            throw MessageError(path() + "request_id", "missing")
        }
        self.init(requestID: id)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__CancelRequestRequest>, _ arena: ProtobufArena) {
        c.pointee.request_id = arena.string(requestID)
    }
}

extension CancelOutcome: StructConvertible {
    init(_ c: Llmgw__V1__CancelRequestReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(found: c.found != 0)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__CancelRequestReply>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_found, &c.pointee.found, found ? 1 : 0)
    }
}

extension ConfigurationView: StructConvertible {
    init(_ c: Llmgw__V1__GetConfigReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            path: try name(c.path, path() + "path"),
            settings: try list(c.n_settings, c.settings) {
                (setting: Llmgw__V1__ConfigSetting, index) throws(MessageError) in
                EffectiveSetting(
                    key: try name(setting.key, "\(path())settings[\(index)].key") ?? "",
                    value: try text(setting.has_value, setting.value, "\(path())settings[\(index)].value") ?? "",
                    source: EffectiveSetting.Source(
                        rawValue: try name(setting.source, "\(path())settings[\(index)].source") ?? "") ?? .default)
            })
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__GetConfigReply>, _ arena: ProtobufArena) {
        c.pointee.path = arena.string(path)
        c.pointee.n_settings = settings.count
        c.pointee.settings = arena.messages(settings) {
            (setting, pointer: UnsafeMutablePointer<Llmgw__V1__ConfigSetting>) in
            pointer.pointee.key = arena.string(setting.key)
            assign(&pointer.pointee.has_value, &pointer.pointee.value, arena.bytes(setting.value))
            pointer.pointee.source = arena.string(setting.source.rawValue)
        }
    }
}
