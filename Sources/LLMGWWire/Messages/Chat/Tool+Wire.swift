internal import CLLMGWProto
internal import LLMGWCore

extension Tool {
    init(_ c: Llmgw__V1__Tool, at path: @autoclosure () -> String) throws(MessageError) {
        guard let name = try LLMGWWire.name(c.name, path() + "name") else {
            throw MessageError(path() + "name", "missing")
        }
        self.init(
            name: name,
            description: try text(c.has_description, c.description, path() + "description"),
            parameters: try json(c.has_parameters, c.parameters, path() + "parameters"),
            strict: present(c.has_strict, c.strict != 0))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__Tool>, _ arena: ProtobufArena) {
        c.pointee.name = arena.string(name)
        assign(&c.pointee.has_description, &c.pointee.description, description.map(arena.bytes))
        assign(&c.pointee.has_parameters, &c.pointee.parameters, parameters.map { arena.bytes($0.text) })
        assign(&c.pointee.has_strict, &c.pointee.strict, strict.map { $0 ? 1 : 0 })
    }
}

extension ToolChoice {
    init(_ c: Llmgw__V1__ToolChoice, at path: @autoclosure () -> String) throws(MessageError) {
        switch c.mode {
        case LLMGW__V1__TOOL_CHOICE__MODE__AUTO: self = .auto
        case LLMGW__V1__TOOL_CHOICE__MODE__NONE: self = .none
        case LLMGW__V1__TOOL_CHOICE__MODE__REQUIRED: self = .required
        case LLMGW__V1__TOOL_CHOICE__MODE__NAMED:
            guard let name = try name(c.name, path() + "name") else { throw MessageError(path() + "name", "missing") }
            self = .named(name)
        default: throw MessageError(path() + "mode", "missing or unknown")
        }
    }

    func pointer(_ arena: ProtobufArena) -> UnsafeMutablePointer<Llmgw__V1__ToolChoice> {
        let c = arena.make(Llmgw__V1__ToolChoice.self)
        c.pointee.has_mode = 1
        switch self {
        case .auto: c.pointee.mode = LLMGW__V1__TOOL_CHOICE__MODE__AUTO
        case .none: c.pointee.mode = LLMGW__V1__TOOL_CHOICE__MODE__NONE
        case .required: c.pointee.mode = LLMGW__V1__TOOL_CHOICE__MODE__REQUIRED
        case .named(let name):
            c.pointee.mode = LLMGW__V1__TOOL_CHOICE__MODE__NAMED
            c.pointee.name = arena.string(name)
        }
        return c
    }
}

extension ResponseFormat {
    init(_ c: Llmgw__V1__ResponseFormat, at path: @autoclosure () -> String) throws(MessageError) {
        switch c.kind {
        case LLMGW__V1__RESPONSE_FORMAT__KIND__TEXT: self = .text
        case LLMGW__V1__RESPONSE_FORMAT__KIND__JSON_OBJECT: self = .jsonObject
        case LLMGW__V1__RESPONSE_FORMAT__KIND__JSON_SCHEMA:
            guard let name = try name(c.name, path() + "name") else { throw MessageError(path() + "name", "missing") }
            guard let schema = try json(c.has_schema, c.schema, path() + "schema") else {
                throw MessageError(path() + "schema", "missing")
            }
            self = .jsonSchema(
                name: name, schema: schema,
                description: try LLMGWWire.text(c.has_description, c.description, path() + "description"),
                strict: present(c.has_strict, c.strict != 0))
        default: throw MessageError(path() + "kind", "missing or unknown")
        }
    }

    func pointer(_ arena: ProtobufArena) -> UnsafeMutablePointer<Llmgw__V1__ResponseFormat> {
        let c = arena.make(Llmgw__V1__ResponseFormat.self)
        c.pointee.has_kind = 1
        switch self {
        case .text: c.pointee.kind = LLMGW__V1__RESPONSE_FORMAT__KIND__TEXT
        case .jsonObject: c.pointee.kind = LLMGW__V1__RESPONSE_FORMAT__KIND__JSON_OBJECT
        case .jsonSchema(let name, let schema, let description, let strict):
            c.pointee.kind = LLMGW__V1__RESPONSE_FORMAT__KIND__JSON_SCHEMA
            c.pointee.name = arena.string(name)
            assign(&c.pointee.has_schema, &c.pointee.schema, arena.bytes(schema.text))
            assign(&c.pointee.has_description, &c.pointee.description, description.map(arena.bytes))
            assign(&c.pointee.has_strict, &c.pointee.strict, strict.map { $0 ? 1 : 0 })
        }
        return c
    }
}
