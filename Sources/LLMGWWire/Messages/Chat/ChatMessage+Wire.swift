internal import CLLMGWProto
internal import LLMGWCore

extension ChatMessage {
    init(_ c: Llmgw__V1__Message, at path: @autoclosure () -> String) throws(MessageError) {
        guard let role = Role(c.role) else { throw MessageError(path() + "role", "missing or unknown") }
        guard c.has_text == 0 || c.n_parts == 0 else {
            throw MessageError(path() + "parts", "a message has text or parts, not both")
        }
        var content: Content?
        if let plain = try text(c.has_text, c.text, path() + "text") {
            content = .text(plain)
        } else if c.n_parts > 0 {
            content = .parts(
                try list(c.n_parts, c.parts) { (part: Llmgw__V1__ContentPart, index) throws(MessageError) in
                    try ContentPart(part, at: "\(path())parts[\(index)].")
                })
        }
        self.init(
            role: role, content: content, name: try LLMGWWire.name(c.name, path() + "name"),
            toolCallID: try LLMGWWire.name(c.tool_call_id, path() + "tool_call_id"),
            toolCalls: try list(c.n_tool_calls, c.tool_calls) {
                (call: Llmgw__V1__ToolCall, index) throws(MessageError) in
                try ToolCall(call, at: "\(path())tool_calls[\(index)].")
            },
            extra: try json(c.has_extra, c.extra, path() + "extra"))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__Message>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_role, &c.pointee.role, role.wire)
        switch content {
        case .text(let plain): assign(&c.pointee.has_text, &c.pointee.text, arena.bytes(plain))
        case .parts(let parts):
            c.pointee.n_parts = parts.count
            c.pointee.parts = arena.messages(parts) { $0.fill($1, arena) }
        case nil: break
        }
        c.pointee.name = arena.string(name)
        c.pointee.tool_call_id = arena.string(toolCallID)
        c.pointee.n_tool_calls = toolCalls.count
        c.pointee.tool_calls = arena.messages(toolCalls) { $0.fill($1, arena) }
        assign(&c.pointee.has_extra, &c.pointee.extra, extra.map { arena.bytes($0.text) })
    }
}

extension Role {
    init?(_ wire: Llmgw__V1__Role) {
        switch wire {
        case LLMGW__V1__ROLE__ROLE_SYSTEM: self = .system
        case LLMGW__V1__ROLE__ROLE_USER: self = .user
        case LLMGW__V1__ROLE__ROLE_ASSISTANT: self = .assistant
        case LLMGW__V1__ROLE__ROLE_TOOL: self = .tool
        case LLMGW__V1__ROLE__ROLE_FUNCTION: self = .function
        default: return nil
        }
    }

    var wire: Llmgw__V1__Role {
        switch self {
        case .system: LLMGW__V1__ROLE__ROLE_SYSTEM
        case .user: LLMGW__V1__ROLE__ROLE_USER
        case .assistant: LLMGW__V1__ROLE__ROLE_ASSISTANT
        case .tool: LLMGW__V1__ROLE__ROLE_TOOL
        case .function: LLMGW__V1__ROLE__ROLE_FUNCTION
        }
    }
}

extension ContentPart {
    init(_ c: Llmgw__V1__ContentPart, at path: @autoclosure () -> String) throws(MessageError) {
        switch c.kind_case {
        case LLMGW__V1__CONTENT_PART__KIND_TEXT:
            self = .text(try LLMGWWire.text(c.text, path() + "text"))
        case LLMGW__V1__CONTENT_PART__KIND_IMAGE:
            guard let image = c.image?.pointee, image.has_url != 0 else {
                throw MessageError(path() + "image.url", "missing")
            }
            self = .image(
                url: try LLMGWWire.text(image.url, path() + "image.url"),
                detail: try name(image.detail, path() + "image.detail"))
        case LLMGW__V1__CONTENT_PART__KIND_JSON:
            self = .json(RawJSON(try LLMGWWire.text(c.json, path() + "json")))
        default:
            throw MessageError(path() + "kind", "a content part has text, image or json")
        }
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ContentPart>, _ arena: ProtobufArena) {
        switch self {
        case .text(let text):
            c.pointee.kind_case = LLMGW__V1__CONTENT_PART__KIND_TEXT
            c.pointee.text = arena.bytes(text)
        case .image(let url, let detail):
            let image = arena.make(Llmgw__V1__ImagePart.self)
            assign(&image.pointee.has_url, &image.pointee.url, arena.bytes(url))
            image.pointee.detail = arena.string(detail)
            c.pointee.kind_case = LLMGW__V1__CONTENT_PART__KIND_IMAGE
            c.pointee.image = image
        case .json(let json):
            c.pointee.kind_case = LLMGW__V1__CONTENT_PART__KIND_JSON
            c.pointee.json = arena.bytes(json.text)
        }
    }
}

extension ToolCall {
    init(_ c: Llmgw__V1__ToolCall, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            id: try LLMGWWire.name(c.id, path() + "id") ?? "",
            name: try LLMGWWire.name(c.name, path() + "name") ?? "",
            arguments: try text(c.has_arguments, c.arguments, path() + "arguments") ?? "")
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ToolCall>, _ arena: ProtobufArena) {
        c.pointee.id = arena.string(id)
        c.pointee.name = arena.string(name)
        assign(&c.pointee.has_arguments, &c.pointee.arguments, arena.bytes(arguments))
    }
}

extension ToolCallDelta {
    init(_ c: Llmgw__V1__ToolCall, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            index: c.index, id: try LLMGWWire.name(c.id, path() + "id"),
            name: try LLMGWWire.name(c.name, path() + "name"),
            arguments: try text(c.has_arguments, c.arguments, path() + "arguments") ?? "")
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ToolCall>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_index, &c.pointee.index, index)
        c.pointee.id = arena.string(id)
        c.pointee.name = arena.string(name)
        if !arguments.isEmpty {
            assign(&c.pointee.has_arguments, &c.pointee.arguments, arena.bytes(arguments))
        }
    }
}
