internal import CLLMGWProto
public import LLMGWCore

extension CompleteRequest: StructConvertible {
    init(_ c: Llmgw__V1__CompleteRequest, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            model: try name(c.model, path() + "model"),
            prompt: try text(c.prompt, path() + "prompt"),
            suffix: try text(c.has_suffix, c.suffix, path() + "suffix"),
            echo: present(c.has_echo, c.echo != 0),
            extra: try json(c.has_extra, c.extra, path() + "extra"),
            stream: c.has_stream != 0 && c.stream != 0)
        if let sampling = c.sampling?.pointee {
            self.sampling = try Sampling(sampling, at: path() + "sampling.")
        }
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__CompleteRequest>, _ arena: ProtobufArena) {
        c.pointee.model = arena.string(model)
        assign(&c.pointee.has_prompt, &c.pointee.prompt, arena.bytes(prompt))
        c.pointee.sampling = sampling.pointer(arena)
        assign(&c.pointee.has_suffix, &c.pointee.suffix, suffix.map(arena.bytes))
        assign(&c.pointee.has_echo, &c.pointee.echo, echo.map { $0 ? 1 : 0 })
        assign(&c.pointee.has_extra, &c.pointee.extra, extra.map { arena.bytes($0.text) })
        if stream { assign(&c.pointee.has_stream, &c.pointee.stream, 1) }
    }
}

extension CompleteReply: StructConvertible {
    init(_ c: Llmgw__V1__CompleteReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            choices: try list(c.n_choices, c.choices) {
                (choice: Llmgw__V1__CompleteChoice, index) throws(MessageError) in
                Choice(
                    index: choice.index,
                    text: try LLMGWWire.text(choice.has_text, choice.text, "\(path())choices[\(index)].text"),
                    finishReason: try FinishReason(
                        choice.has_finish_reason, choice.finish_reason, choice.finish_detail,
                        "\(path())choices[\(index)].finish_detail"))
            },
            usage: c.usage.map { Usage($0.pointee) },
            info: try ReplyInfo(c.info, at: path() + "info."))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__CompleteReply>, _ arena: ProtobufArena) {
        c.pointee.n_choices = choices.count
        c.pointee.choices = arena.messages(choices) {
            (choice, pointer: UnsafeMutablePointer<Llmgw__V1__CompleteChoice>) in
            assign(&pointer.pointee.has_index, &pointer.pointee.index, choice.index)
            assign(&pointer.pointee.has_text, &pointer.pointee.text, choice.text.map(arena.bytes))
            if let (reason, detail) = choice.finishReason?.wire {
                assign(&pointer.pointee.has_finish_reason, &pointer.pointee.finish_reason, reason)
                pointer.pointee.finish_detail = arena.string(detail)
            }
        }
        c.pointee.usage = usage.map { $0.pointer(arena) }
        c.pointee.info = info.pointer(arena)
    }
}

extension CompleteChunk: StructConvertible {
    init(_ c: Llmgw__V1__CompleteChunk, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            index: c.index,
            text: try LLMGWWire.text(c.has_text, c.text, path() + "text"),
            finishReason: try FinishReason(
                c.has_finish_reason, c.finish_reason, c.finish_detail, path() + "finish_detail"))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__CompleteChunk>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_index, &c.pointee.index, index)
        assign(&c.pointee.has_text, &c.pointee.text, text.map(arena.bytes))
        if let (reason, detail) = finishReason?.wire {
            assign(&c.pointee.has_finish_reason, &c.pointee.finish_reason, reason)
            c.pointee.finish_detail = arena.string(detail)
        }
    }
}
