internal import CLLMGWProto
public import LLMGWCore

extension ChatRequest: StructConvertible {
    init(_ c: Llmgw__V1__ChatRequest, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            model: try name(c.model, path() + "model"),
            messages: try list(c.n_messages, c.messages) { (message: Llmgw__V1__Message, index) throws(MessageError) in
                try ChatMessage(message, at: "\(path())messages[\(index)].")
            },
            tools: try list(c.n_tools, c.tools) { (tool: Llmgw__V1__Tool, index) throws(MessageError) in
                try Tool(tool, at: "\(path())tools[\(index)].")
            },
            parallelToolCalls: present(c.has_parallel_tool_calls, c.parallel_tool_calls != 0),
            extra: try json(c.has_extra, c.extra, path() + "extra"),
            stream: c.has_stream != 0 && c.stream != 0)
        if let sampling = c.sampling?.pointee {
            self.sampling = try Sampling(sampling, at: path() + "sampling.")
        }
        if let choice = c.tool_choice?.pointee {
            toolChoice = try ToolChoice(choice, at: path() + "tool_choice.")
        }
        if let format = c.response_format?.pointee {
            responseFormat = try ResponseFormat(format, at: path() + "response_format.")
        }
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ChatRequest>, _ arena: ProtobufArena) {
        c.pointee.model = arena.string(model)
        c.pointee.n_messages = messages.count
        c.pointee.messages = arena.messages(messages) { $0.fill($1, arena) }
        c.pointee.sampling = sampling.pointer(arena)
        c.pointee.n_tools = tools.count
        c.pointee.tools = arena.messages(tools) { $0.fill($1, arena) }
        c.pointee.tool_choice = toolChoice.map { $0.pointer(arena) }
        assign(&c.pointee.has_parallel_tool_calls, &c.pointee.parallel_tool_calls, parallelToolCalls.map { $0 ? 1 : 0 })
        c.pointee.response_format = responseFormat.map { $0.pointer(arena) }
        assign(&c.pointee.has_extra, &c.pointee.extra, extra.map { arena.bytes($0.text) })
        if stream { assign(&c.pointee.has_stream, &c.pointee.stream, 1) }
    }
}
