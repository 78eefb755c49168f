public import LLMGWCore

/// What a request may have of the cache: what the configuration says, what the caller wants, and what the request is.
public struct CachePlan: Sendable, Hashable {
    /// A stored answer will do.
    public var reads: Bool
    /// The answer is kept.
    public var writes: Bool
    /// An equal request's upstream call will do.
    public var coalesces: Bool
    /// Only a stored answer will do.
    public var onlyIfCached: Bool
    public var maxAge: Duration?
    /// How long the answer stays fresh.
    public var ttl: Duration
    public var staleWhileRevalidate: Duration
    public var staleIfError: Duration
    public var tags: [String]

    /// An answer may be made anew because its time is near or over: upstreams may be asked, and what they say is kept.
    public var mayRenew: Bool { writes && !onlyIfCached }

    /// Neither reads nor writes nor shares.
    public var bypasses: Bool { !reads && !writes && !coalesces && !onlyIfCached }

    /// What becomes of an answer that another request gets too: it is kept if one of them keeps it, for the shorter time of those who do, and
    /// with the tags of all who do.
    public func keeping(for other: CachePlan) -> CachePlan {
        guard writes, other.writes else { return writes ? self : other }
        var both = self
        both.ttl = min(ttl, other.ttl)
        both.staleIfError = max(staleIfError, other.staleIfError)
        both.tags += other.tags.filter { !tags.contains($0) }
        return both
    }

    public init(_ settings: CacheSettings, _ control: CacheControl, _ traits: CacheTraits) {
        let isOnlyIfCached = control.onlyIfCached == true
        let asksForIt: Bool
        switch control.mode {
        case nil: asksForIt = isOnlyIfCached
        case .off: asksForIt = false
        case .on, .readOnly, .writeOnly: asksForIt = true
        }
        let isWanted =
            switch settings.mode {
            case .off: false
            case .optIn: asksForIt
            case .on: asksForIt || (traits.isDeterministic && control.mode != .off)
            }
        let isUsed = isWanted && !traits.hasEffects
        // Who accepts no age wants a new answer, not another one's.
        let acceptsOthers = control.mode != .writeOnly && control.maxAge != .zero
        reads = isUsed && acceptsOthers
        writes = isUsed && control.mode != .readOnly && control.noStore != true
        onlyIfCached = isOnlyIfCached
        coalesces =
            switch settings.coalescing {
            case .off: false
            case .cacheable: reads
            case .always: acceptsOthers && control.mode != .off && !traits.hasEffects
            }
        maxAge = control.maxAge
        ttl = min(control.ttl ?? settings.ttl, CacheSettings.longestTTL)
        staleWhileRevalidate = settings.staleWhileRevalidate
        staleIfError = min(control.staleIfError ?? settings.staleIfError, CacheSettings.longestTTL)
        tags = control.tags
    }
}

/// What of a request decides whether its answer may be shared.
public struct CacheTraits: Sendable, Hashable {
    /// It is meant to have the same answer each time.
    public var isDeterministic: Bool
    /// The upstream does something beside answering, or remembers: the answer alone is not all of it.
    public var hasEffects: Bool

    public init(isDeterministic: Bool, hasEffects: Bool = false) {
        self.isDeterministic = isDeterministic
        self.hasEffects = hasEffects
    }

    /// `extra` is the names of the members that go upstream untouched, but for those that are null or false.
    public init(_ sampling: Sampling, extra: some Sequence<String>) {
        isDeterministic = sampling.temperature == 0 || sampling.seed != nil
        hasEffects = extra.contains { Self.membersWithEffects.contains($0) }
    }

    /// Conversations that the upstream keeps, work that goes on after the answer, and tools that it runs itself.
    private static let membersWithEffects: Set<String> = [
        "store", "previous_response_id", "conversation", "background", "web_search_options", "mcp_servers", "container",
        "context_management",
    ]
}

/// Which answers may be kept.
public enum Cacheability {
    /// A choice that came to its own end. One that was cut short, filtered or refused is none; nor is one whose end the gateway has no word
    /// for.
    public static func isComplete(_ reason: FinishReason?) -> Bool {
        switch reason {
        case .stop, .toolCalls: true
        case .length, .contentFilter, .other, nil: false
        }
    }

    /// Errors that an equal request would get again, whenever it comes.
    public static func isLasting(_ error: GatewayError) -> Bool {
        lasting.contains(error.reason)
    }

    private static let lasting: Set<ErrorReason> = [
        .upstreamInvalidRequest, .contextLengthExceeded, .modelNotFound, .requestTooLarge,
    ]

    /// Errors in whose place an answer that is no longer fresh will do: the upstream cannot, rather than will not.
    public static func mayServeStale(after error: GatewayError) -> Bool {
        staleReasons.contains(error.reason)
    }

    private static let staleReasons: Set<ErrorReason> = [
        .overloaded, .serverError, .dnsFailed, .connectFailed, .tlsFailed, .connectionLost, .streamTruncated,
        .timeoutConnect, .timeoutFirstToken, .timeoutIdle, .timeoutTotal, .rateLimited, .quotaExhausted, .breakerOpen,
        .noHealthyTarget, .queueFull,
    ]

    /// Errors that are about the one who asked, not about what was asked: who waits for the same answer must not get them.
    public static func isOwn(_ error: GatewayError) -> Bool {
        ownReasons.contains(error.reason) || unaskedReasons.contains(error.reason) && error.notProcessed
    }

    /// Where no upstream was asked, these depend on whose time and whose place in a queue it was.
    private static let unaskedReasons: Set<ErrorReason> = [.queueFull, .noHealthyTarget]

    private static let ownReasons: Set<ErrorReason> = [
        .deadlineExceeded, .cancelled, .cancelledByOperator, .permissionDenied, .modelNotAllowed, .exceedsLimit,
        .gatewayQuotaExhausted, .budgetExhausted,
    ]
}
