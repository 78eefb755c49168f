internal import CLLMGWProto
public import LLMGWCore

extension Usage {
    init(_ c: Llmgw__V1__Usage) {
        self.init(
            inputTokens: present(c.has_input_tokens, c.input_tokens),
            outputTokens: present(c.has_output_tokens, c.output_tokens),
            cachedInputTokens: present(c.has_cached_input_tokens, c.cached_input_tokens),
            reasoningTokens: present(c.has_reasoning_tokens, c.reasoning_tokens),
            totalTokens: present(c.has_total_tokens, c.total_tokens))
    }

    func pointer(_ arena: ProtobufArena) -> UnsafeMutablePointer<Llmgw__V1__Usage> {
        let c = arena.make(Llmgw__V1__Usage.self)
        assign(&c.pointee.has_input_tokens, &c.pointee.input_tokens, inputTokens)
        assign(&c.pointee.has_output_tokens, &c.pointee.output_tokens, outputTokens)
        assign(&c.pointee.has_cached_input_tokens, &c.pointee.cached_input_tokens, cachedInputTokens)
        assign(&c.pointee.has_reasoning_tokens, &c.pointee.reasoning_tokens, reasoningTokens)
        assign(&c.pointee.has_total_tokens, &c.pointee.total_tokens, totalTokens)
        return c
    }
}

extension ReplyInfo {
    init(
        _ pointer: UnsafeMutablePointer<Llmgw__V1__ReplyInfo>?, at path: @autoclosure () -> String
    ) throws(MessageError) {
        guard let c = pointer?.pointee else {
            self.init()
            return
        }
        self.init(
            requestID: try name(c.request_id, path() + "request_id"),
            model: try name(c.model, path() + "model"),
            upstreamModel: try name(c.upstream_model, path() + "upstream_model"),
            provider: try name(c.provider, path() + "provider"),
            attempts: c.attempts,
            latency: c.latency.map { Latency($0.pointee) },
            cost: try Cost(c.cost, at: path() + "cost."),
            cache: CacheState(rawValue: c.cache.rawValue),
            upstreamID: try name(c.upstream_id, path() + "upstream_id"),
            source: try name(c.source, path() + "source").map(ReplySource.init),
            path: try list(c.n_path, c.path) { (attempt: Llmgw__V1__AttemptInfo, index) throws(MessageError) in
                try AttemptInfo(attempt, at: "\(path())path[\(index)].")
            },
            cacheAge: present(c.has_cache_age_ms, .milliseconds(c.cache_age_ms)),
            cacheKey: try name(c.cache_key, path() + "cache_key"),
            cacheSimilarity: present(c.has_cache_similarity, c.cache_similarity),
            usageSource: try name(c.usage_source, path() + "usage_source").map(UsageSource.init))
    }

    func pointer(_ arena: ProtobufArena) -> UnsafeMutablePointer<Llmgw__V1__ReplyInfo> {
        let c = arena.make(Llmgw__V1__ReplyInfo.self)
        c.pointee.request_id = arena.string(requestID)
        c.pointee.model = arena.string(model)
        c.pointee.upstream_model = arena.string(upstreamModel)
        c.pointee.provider = arena.string(provider)
        assign(&c.pointee.has_attempts, &c.pointee.attempts, attempts)
        c.pointee.latency = latency.map { $0.pointer(arena) }
        c.pointee.cost = cost?.pointer(arena)
        assign(&c.pointee.has_cache, &c.pointee.cache, cache.map { Llmgw__V1__CacheState(rawValue: $0.rawValue) })
        c.pointee.upstream_id = arena.string(upstreamID)
        c.pointee.source = arena.string(source?.rawValue)
        c.pointee.n_path = path.count
        c.pointee.path = arena.messages(path) { $0.fill($1, arena) }
        assign(&c.pointee.has_cache_age_ms, &c.pointee.cache_age_ms, cacheAge?.clampedMilliseconds)
        c.pointee.cache_key = arena.string(cacheKey)
        assign(&c.pointee.has_cache_similarity, &c.pointee.cache_similarity, cacheSimilarity)
        c.pointee.usage_source = arena.string(usageSource?.rawValue)
        return c
    }
}

extension MessageCodec {
    /// A reply that was serialised without `info`, with it: `known` is the part of it that was serialised before. The field has the same
    /// number in all replies.
    public func reply(_ reply: [UInt8], knownInfo known: [UInt8], _ info: ReplyInfo) -> [UInt8] {
        let rest = encode(info)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(reply.count + known.count + rest.count + 8)
        bytes += reply
        bytes.append(Self.infoTag)
        var length = known.count + rest.count
        while length >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: length) | 0x80)
            length >>= 7
        }
        bytes.append(UInt8(length))
        bytes += known
        bytes += rest
        return bytes
    }

    /// The message alone.
    public func encode(_ info: ReplyInfo) -> [UInt8] {
        arena.scope { Self.serialise(info.pointer(arena)) }
    }

    /// Field 3, with a length.
    private static let infoTag: UInt8 = 3 << 3 | 2
}

extension AttemptInfo {
    init(_ c: Llmgw__V1__AttemptInfo, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            model: try name(c.model, path() + "model") ?? "",
            deployment: try name(c.deployment, path() + "deployment") ?? "",
            provider: try name(c.provider, path() + "provider") ?? "",
            reason: try name(c.reason, path() + "reason").map(ErrorReason.init),
            httpStatus: present(c.has_http_status, c.http_status),
            wait: .microseconds(c.wait_us), duration: .microseconds(c.duration_us),
            firstToken: present(c.has_first_token_us, .microseconds(c.first_token_us)),
            isHedge: c.hedge != 0)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__AttemptInfo>, _ arena: ProtobufArena) {
        c.pointee.model = arena.string(model)
        c.pointee.deployment = arena.string(deployment)
        c.pointee.provider = arena.string(provider)
        c.pointee.reason = arena.string(reason?.name)
        assign(&c.pointee.has_http_status, &c.pointee.http_status, httpStatus)
        assign(&c.pointee.has_wait_us, &c.pointee.wait_us, wait.clampedMicroseconds)
        assign(&c.pointee.has_duration_us, &c.pointee.duration_us, duration.clampedMicroseconds)
        assign(&c.pointee.has_first_token_us, &c.pointee.first_token_us, firstToken?.clampedMicroseconds)
        assign(&c.pointee.has_hedge, &c.pointee.hedge, isHedge ? 1 : nil)
    }
}

extension Latency {
    init(_ c: Llmgw__V1__Latency) {
        self.init(
            queue: .microseconds(c.queue_us),
            firstToken: present(c.has_first_token_us, .microseconds(c.first_token_us)),
            total: .microseconds(c.total_us),
            overhead: .microseconds(c.overhead_us))
    }

    func pointer(_ arena: ProtobufArena) -> UnsafeMutablePointer<Llmgw__V1__Latency> {
        let c = arena.make(Llmgw__V1__Latency.self)
        assign(&c.pointee.has_queue_us, &c.pointee.queue_us, queue.clampedMicroseconds)
        assign(&c.pointee.has_first_token_us, &c.pointee.first_token_us, firstToken?.clampedMicroseconds)
        assign(&c.pointee.has_total_us, &c.pointee.total_us, total.clampedMicroseconds)
        assign(&c.pointee.has_overhead_us, &c.pointee.overhead_us, overhead.clampedMicroseconds)
        return c
    }
}

extension Duration {
    /// For unsigned fields.
    var clampedMicroseconds: UInt64 { UInt64(max(0, wholeMicroseconds)) }
    var clampedMilliseconds: UInt64 { UInt64(max(0, wholeMilliseconds)) }

    static func microseconds(_ count: UInt64) -> Duration { .microseconds(Int64(clamping: count)) }
    static func milliseconds(_ count: UInt64) -> Duration { .milliseconds(Int64(clamping: count)) }
}
