internal import CLLMGWProto
public import LLMGWCore

/// Which request is to be explained.
public struct TraceTarget: Sendable, Hashable {
    public var requestID: String

    public init(requestID: String) {
        self.requestID = requestID
    }
}

/// The trace, where there is one that the caller may see.
public struct TraceOutcome: Sendable, Hashable {
    public var trace: RequestTrace?

    public init(trace: RequestTrace?) {
        self.trace = trace
    }
}

extension TraceTarget: StructConvertible {
    init(_ c: Llmgw__V1__ExplainRequest, at path: @autoclosure () -> String) throws(MessageError) {
        guard let id = try name(c.request_id, path() + "request_id") else {
            throw MessageError(path() + "request_id", "missing")
        }
        self.init(requestID: id)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ExplainRequest>, _ arena: ProtobufArena) {
        c.pointee.request_id = arena.string(requestID)
    }
}

extension TraceOutcome: StructConvertible {
    init(_ c: Llmgw__V1__ExplainReply, at path: @autoclosure () -> String) throws(MessageError) {
        guard c.found != 0 else {
            self.init(trace: nil)
            return
        }
        guard let trace = c.trace?.pointee else { throw MessageError(path() + "trace", "missing") }
        self.init(trace: try RequestTrace(trace, at: path() + "trace."))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ExplainReply>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_found, &c.pointee.found, trace == nil ? 0 : 1)
        c.pointee.trace = trace.map {
            let pointer = arena.make(Llmgw__V1__RequestTrace.self)
            $0.fill(pointer, arena)
            return pointer
        }
    }
}

extension RequestTrace {
    init(_ c: Llmgw__V1__RequestTrace, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            requestID: try name(c.request_id, path() + "request_id") ?? "",
            operation: try name(c.operation, path() + "operation") ?? "",
            model: try name(c.model, path() + "model") ?? "",
            uid: c.uid, age: .milliseconds(c.started_ms_ago),
            steps: try list(c.n_steps, c.steps) { (step: Llmgw__V1__TraceStep, index) throws(MessageError) in
                try TraceStep(step, at: "\(path())steps[\(index)].")
            },
            reason: try name(c.reason, path() + "reason").map(ErrorReason.init),
            isRunning: c.running != 0)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__RequestTrace>, _ arena: ProtobufArena) {
        c.pointee.request_id = arena.string(requestID)
        c.pointee.operation = arena.string(operation)
        c.pointee.model = arena.string(model)
        assign(&c.pointee.has_uid, &c.pointee.uid, uid)
        assign(&c.pointee.has_started_ms_ago, &c.pointee.started_ms_ago, age.clampedMilliseconds)
        c.pointee.n_steps = steps.count
        c.pointee.steps = arena.messages(steps) { $0.fill($1, arena) }
        c.pointee.reason = arena.string(reason?.name)
        if isRunning { assign(&c.pointee.has_running, &c.pointee.running, 1) }
    }
}

extension TraceStep {
    init(_ c: Llmgw__V1__TraceStep, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            at: .microseconds(c.at_us),
            model: try name(c.model, path() + "model") ?? "",
            deployment: try name(c.deployment, path() + "deployment") ?? "",
            decision: try word(c.decision, path() + "decision"),
            detail: try text(c.has_detail, c.detail, path() + "detail") ?? "",
            wait: present(c.has_wait_us, .microseconds(c.wait_us)),
            reason: try name(c.reason, path() + "reason").map(ErrorReason.init),
            httpStatus: present(c.has_http_status, c.http_status),
            duration: present(c.has_duration_us, .microseconds(c.duration_us)))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__TraceStep>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_at_us, &c.pointee.at_us, at.clampedMicroseconds)
        c.pointee.model = arena.string(model)
        c.pointee.deployment = arena.string(deployment)
        c.pointee.decision = arena.string(decision.rawValue)
        if !detail.isEmpty { assign(&c.pointee.has_detail, &c.pointee.detail, arena.bytes(detail)) }
        assign(&c.pointee.has_wait_us, &c.pointee.wait_us, wait?.clampedMicroseconds)
        c.pointee.reason = arena.string(reason?.name)
        assign(&c.pointee.has_http_status, &c.pointee.http_status, httpStatus)
        assign(&c.pointee.has_duration_us, &c.pointee.duration_us, duration?.clampedMicroseconds)
    }
}
