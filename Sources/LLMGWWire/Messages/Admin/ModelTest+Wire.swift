internal import CLLMGWProto
public import LLMGWCore

/// Which models are to be tested.
public struct ModelTestTarget: Sendable, Hashable {
    /// A name or alias; nil means all.
    public var model: String?

    public init(model: String?) {
        self.model = model
    }
}

extension ModelTestTarget: StructConvertible {
    init(_ c: Llmgw__V1__TestModelsRequest, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(model: try name(c.model, path() + "model"))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__TestModelsRequest>, _ arena: ProtobufArena) {
        c.pointee.model = arena.string(model)
    }
}

extension ModelTestResult: StructConvertible {
    init(_ c: Llmgw__V1__TestResult, at path: @autoclosure () -> String) throws(MessageError) {
        guard c.status != nil else { throw MessageError(path() + "status", "missing") }
        self.init(
            model: try name(c.model, path() + "model") ?? "",
            deployment: try name(c.deployment, path() + "deployment") ?? "",
            provider: try name(c.provider, path() + "provider") ?? "",
            error: try GatewayError(c.status, at: path() + "status."),
            duration: .microseconds(c.duration_us),
            firstToken: present(c.has_first_token_us, .microseconds(c.first_token_us)))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__TestResult>, _ arena: ProtobufArena) {
        c.pointee.model = arena.string(model)
        c.pointee.deployment = arena.string(deployment)
        c.pointee.provider = arena.string(provider)
        c.pointee.status = error?.pointer(arena) ?? GatewayError.okPointer(arena)
        assign(&c.pointee.has_duration_us, &c.pointee.duration_us, duration.clampedMicroseconds)
        assign(&c.pointee.has_first_token_us, &c.pointee.first_token_us, firstToken?.clampedMicroseconds)
    }
}

extension ModelTestSummary: StructConvertible {
    init(_ c: Llmgw__V1__TestModelsReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(ok: c.ok, failed: c.failed)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__TestModelsReply>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_ok, &c.pointee.ok, ok)
        assign(&c.pointee.has_failed, &c.pointee.failed, failed)
    }
}
