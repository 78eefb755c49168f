internal import CLLMGWProto
public import LLMGWCore

/// Bytes that Ping returns unchanged.
public struct PingPayload: Sendable, Hashable {
    public var bytes: [UInt8]

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }
}

/// The request of a method that takes nothing.
public struct EmptyRequest: Sendable, Hashable {
    public init() {}
}

/// The models that the caller may use.
public struct ModelList: Sendable, Hashable {
    public var models: [ModelInfo]

    public init(models: [ModelInfo]) {
        self.models = models
    }
}

/// The .proto files that the daemon was built from.
public struct Schema: Sendable, Hashable {
    public var files: [SchemaFile]

    public init(files: [SchemaFile]) {
        self.files = files
    }
}

extension PingPayload: StructConvertible {
    // Request and reply have the same shape.
    init(_ c: Llmgw__V1__PingRequest, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(Array(UnsafeBufferPointer(start: c.payload.data, count: c.payload.len)))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__PingRequest>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_payload, &c.pointee.payload, bytes.withUnsafeBytes(arena.bytes))
    }
}

extension EmptyRequest: StructConvertible {
    init(_ c: Llmgw__V1__GetInfoRequest, at path: @autoclosure () -> String) throws(MessageError) {}

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__GetInfoRequest>, _ arena: ProtobufArena) {}
}

extension ServiceInfo: StructConvertible {
    init(_ c: Llmgw__V1__GetInfoReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            version: try name(c.version, path() + "version") ?? "",
            protocolMajor: c.protocol_major, protocolMinor: c.protocol_minor,
            features: try names(c.n_features, c.features, path() + "features"),
            methods: try list(c.n_methods, c.methods) { (method: Llmgw__V1__MethodInfo, index) throws(MessageError) in
                MethodInfo(number: method.number, name: try name(method.name, "\(path())methods[\(index)].name") ?? "")
            },
            limits: ConnectionLimits(c.limits))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__GetInfoReply>, _ arena: ProtobufArena) {
        c.pointee.version = arena.string(version)
        assign(&c.pointee.has_protocol_major, &c.pointee.protocol_major, protocolMajor)
        assign(&c.pointee.has_protocol_minor, &c.pointee.protocol_minor, protocolMinor)
        c.pointee.n_features = features.count
        c.pointee.features = arena.strings(features)
        c.pointee.n_methods = methods.count
        c.pointee.methods = arena.messages(methods) { (method, pointer: UnsafeMutablePointer<Llmgw__V1__MethodInfo>) in
            assign(&pointer.pointee.has_number, &pointer.pointee.number, method.number)
            pointer.pointee.name = arena.string(method.name)
        }
        c.pointee.limits = limits.pointer(arena)
    }
}

extension Schema: StructConvertible {
    init(_ c: Llmgw__V1__GetSchemaReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            files: try list(c.n_files, c.files) { (file: Llmgw__V1__SchemaFile, index) throws(MessageError) in
                SchemaFile(
                    name: try name(file.name, "\(path())files[\(index)].name") ?? "",
                    text: try text(file.has_text, file.text, "\(path())files[\(index)].text") ?? "")
            })
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__GetSchemaReply>, _ arena: ProtobufArena) {
        c.pointee.n_files = files.count
        c.pointee.files = arena.messages(files) { (file, pointer: UnsafeMutablePointer<Llmgw__V1__SchemaFile>) in
            pointer.pointee.name = arena.string(file.name)
            assign(&pointer.pointee.has_text, &pointer.pointee.text, arena.bytes(file.text))
        }
    }
}

extension ModelList: StructConvertible {
    init(_ c: Llmgw__V1__ListModelsReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            models: try list(c.n_models, c.models) { (model: Llmgw__V1__ModelInfo, index) throws(MessageError) in
                let place = "\(path())models[\(index)]."
                return ModelInfo(
                    name: try name(model.name, place + "name") ?? "",
                    aliases: try names(model.n_aliases, model.aliases, place + "aliases"),
                    provider: try name(model.provider, place + "provider") ?? "",
                    upstreamModel: try name(model.upstream_model, place + "upstream_model") ?? "",
                    contextLength: present(model.has_context_length, model.context_length),
                    capabilities: try names(model.n_capabilities, model.capabilities, place + "capabilities"),
                    isDefault: model.is_default != 0)
            })
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ListModelsReply>, _ arena: ProtobufArena) {
        c.pointee.n_models = models.count
        c.pointee.models = arena.messages(models) { (model, pointer: UnsafeMutablePointer<Llmgw__V1__ModelInfo>) in
            pointer.pointee.name = arena.string(model.name)
            pointer.pointee.n_aliases = model.aliases.count
            pointer.pointee.aliases = arena.strings(model.aliases)
            pointer.pointee.provider = arena.string(model.provider)
            pointer.pointee.upstream_model = arena.string(model.upstreamModel)
            assign(&pointer.pointee.has_context_length, &pointer.pointee.context_length, model.contextLength)
            pointer.pointee.n_capabilities = model.capabilities.count
            pointer.pointee.capabilities = arena.strings(model.capabilities)
            if model.isDefault { assign(&pointer.pointee.has_is_default, &pointer.pointee.is_default, 1) }
        }
    }
}
