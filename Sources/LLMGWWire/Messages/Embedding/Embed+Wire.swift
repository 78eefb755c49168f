internal import CLLMGWProto
public import LLMGWCore

extension EmbedRequest: StructConvertible {
    init(_ c: Llmgw__V1__EmbedRequest, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            model: try name(c.model, path() + "model"),
            inputs: try texts(c.n_inputs, c.inputs, path() + "inputs"),
            dimensions: present(c.has_dimensions, c.dimensions),
            user: try name(c.user, path() + "user"),
            extra: try json(c.has_extra, c.extra, path() + "extra"))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__EmbedRequest>, _ arena: ProtobufArena) {
        c.pointee.model = arena.string(model)
        c.pointee.n_inputs = inputs.count
        c.pointee.inputs = arena.bytesList(inputs)
        assign(&c.pointee.has_dimensions, &c.pointee.dimensions, dimensions)
        c.pointee.user = arena.string(user)
        assign(&c.pointee.has_extra, &c.pointee.extra, extra.map { arena.bytes($0.text) })
    }
}

extension EmbedReply: StructConvertible {
    init(_ c: Llmgw__V1__EmbedReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            embeddings: try list(c.n_embeddings, c.embeddings) { (embedding: Llmgw__V1__Embedding, _) in
                Array(UnsafeBufferPointer(start: embedding.values, count: embedding.n_values))
            },
            usage: c.usage.map { Usage($0.pointee) },
            info: try ReplyInfo(c.info, at: path() + "info."),
            mergedCalls: c.merged_calls)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__EmbedReply>, _ arena: ProtobufArena) {
        c.pointee.n_embeddings = embeddings.count
        c.pointee.embeddings = arena.messages(embeddings) {
            (vector, pointer: UnsafeMutablePointer<Llmgw__V1__Embedding>) in
            let values = arena.array(Float.self, count: vector.count)
            vector.withUnsafeBufferPointer { source in
                if let base = source.baseAddress { values?.update(from: base, count: vector.count) }
            }
            pointer.pointee.n_values = vector.count
            pointer.pointee.values = values
        }
        c.pointee.usage = usage.map { $0.pointer(arena) }
        c.pointee.info = info.pointer(arena)
        assign(&c.pointee.has_merged_calls, &c.pointee.merged_calls, mergedCalls)
    }
}
