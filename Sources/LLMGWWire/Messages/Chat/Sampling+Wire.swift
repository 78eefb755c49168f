internal import CLLMGWProto
internal import LLMGWCore

extension Sampling {
    init(_ c: Llmgw__V1__Sampling, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            temperature: present(c.has_temperature, c.temperature),
            topP: present(c.has_top_p, c.top_p),
            maxTokens: present(c.has_max_tokens, c.max_tokens),
            stop: try texts(c.n_stop, c.stop, path() + "stop"),
            seed: present(c.has_seed, c.seed),
            presencePenalty: present(c.has_presence_penalty, c.presence_penalty),
            frequencyPenalty: present(c.has_frequency_penalty, c.frequency_penalty),
            n: present(c.has_n, c.n),
            logitBias: try list(c.n_logit_bias, c.logit_bias) {
                (bias: Llmgw__V1__LogitBias, index) throws(MessageError) in
                let place = "\(path())logit_bias[\(index)].token"
                guard let token = try name(bias.token, place) else { throw MessageError(place, "missing") }
                return LogitBias(token: token, bias: bias.bias)
            },
            user: try name(c.user, path() + "user"))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__Sampling>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_temperature, &c.pointee.temperature, temperature)
        assign(&c.pointee.has_top_p, &c.pointee.top_p, topP)
        assign(&c.pointee.has_max_tokens, &c.pointee.max_tokens, maxTokens)
        c.pointee.n_stop = stop.count
        c.pointee.stop = arena.bytesList(stop)
        assign(&c.pointee.has_seed, &c.pointee.seed, seed)
        assign(&c.pointee.has_presence_penalty, &c.pointee.presence_penalty, presencePenalty)
        assign(&c.pointee.has_frequency_penalty, &c.pointee.frequency_penalty, frequencyPenalty)
        assign(&c.pointee.has_n, &c.pointee.n, n)
        c.pointee.n_logit_bias = logitBias.count
        c.pointee.logit_bias = arena.messages(logitBias) {
            (bias, pointer: UnsafeMutablePointer<Llmgw__V1__LogitBias>) in
            pointer.pointee.token = arena.string(bias.token)
            assign(&pointer.pointee.has_bias, &pointer.pointee.bias, bias.bias)
        }
        c.pointee.user = arena.string(user)
    }

    /// Nil for the message that says nothing, so that it need not be sent.
    func pointer(_ arena: ProtobufArena) -> UnsafeMutablePointer<Llmgw__V1__Sampling>? {
        guard self != Sampling() else { return nil }
        let pointer = arena.make(Llmgw__V1__Sampling.self)
        fill(pointer, arena)
        return pointer
    }
}
