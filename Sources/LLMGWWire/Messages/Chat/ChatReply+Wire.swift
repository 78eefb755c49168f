internal import CLLMGWProto
public import LLMGWCore

extension ChatReply: StructConvertible {
    init(_ c: Llmgw__V1__ChatReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            choices: try list(c.n_choices, c.choices) { (choice: Llmgw__V1__ChatChoice, index) throws(MessageError) in
                try Choice(choice, at: "\(path())choices[\(index)].")
            },
            usage: c.usage.map { Usage($0.pointee) },
            info: try ReplyInfo(c.info, at: path() + "info."))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ChatReply>, _ arena: ProtobufArena) {
        c.pointee.n_choices = choices.count
        c.pointee.choices = arena.messages(choices) { $0.fill($1, arena) }
        c.pointee.usage = usage.map { $0.pointer(arena) }
        c.pointee.info = info.pointer(arena)
    }
}

extension ChatReply.Choice {
    init(_ c: Llmgw__V1__ChatChoice, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            index: c.index,
            text: try LLMGWWire.text(c.has_text, c.text, path() + "text"),
            toolCalls: try list(c.n_tool_calls, c.tool_calls) {
                (call: Llmgw__V1__ToolCall, index) throws(MessageError) in
                try ToolCall(call, at: "\(path())tool_calls[\(index)].")
            },
            finishReason: try FinishReason(
                c.has_finish_reason, c.finish_reason, c.finish_detail, path() + "finish_detail"),
            refusal: try LLMGWWire.text(c.has_refusal, c.refusal, path() + "refusal"),
            reasoning: try LLMGWWire.text(c.has_reasoning, c.reasoning, path() + "reasoning"))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ChatChoice>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_index, &c.pointee.index, index)
        assign(&c.pointee.has_text, &c.pointee.text, text.map(arena.bytes))
        c.pointee.n_tool_calls = toolCalls.count
        c.pointee.tool_calls = arena.messages(toolCalls) { $0.fill($1, arena) }
        if let (reason, detail) = finishReason?.wire {
            assign(&c.pointee.has_finish_reason, &c.pointee.finish_reason, reason)
            c.pointee.finish_detail = arena.string(detail)
        }
        assign(&c.pointee.has_refusal, &c.pointee.refusal, refusal.map(arena.bytes))
        assign(&c.pointee.has_reasoning, &c.pointee.reasoning, reasoning.map(arena.bytes))
    }
}

extension ChatChunk: StructConvertible {
    init(_ c: Llmgw__V1__ChatChunk, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            index: c.index,
            text: try LLMGWWire.text(c.has_text, c.text, path() + "text"),
            toolCalls: try list(c.n_tool_calls, c.tool_calls) {
                (call: Llmgw__V1__ToolCall, index) throws(MessageError) in
                try ToolCallDelta(call, at: "\(path())tool_calls[\(index)].")
            },
            finishReason: try FinishReason(
                c.has_finish_reason, c.finish_reason, c.finish_detail, path() + "finish_detail"),
            refusal: try LLMGWWire.text(c.has_refusal, c.refusal, path() + "refusal"),
            reasoning: try LLMGWWire.text(c.has_reasoning, c.reasoning, path() + "reasoning"))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ChatChunk>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_index, &c.pointee.index, index)
        assign(&c.pointee.has_text, &c.pointee.text, text.map(arena.bytes))
        c.pointee.n_tool_calls = toolCalls.count
        c.pointee.tool_calls = arena.messages(toolCalls) { $0.fill($1, arena) }
        if let (reason, detail) = finishReason?.wire {
            assign(&c.pointee.has_finish_reason, &c.pointee.finish_reason, reason)
            c.pointee.finish_detail = arena.string(detail)
        }
        assign(&c.pointee.has_refusal, &c.pointee.refusal, refusal.map(arena.bytes))
        assign(&c.pointee.has_reasoning, &c.pointee.reasoning, reasoning.map(arena.bytes))
    }
}
