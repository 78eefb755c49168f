public import LLMGWCore

/// What operators have paused.
///
/// One state for each scope: free or paused, with or without an end. No terminal state. Tolerated: resuming what is not paused, and an order
/// whose end has passed already. What has ended counts no more, whether or not `expire` was called.
public struct PauseBook: Sendable {
    /// One operator's order.
    public struct Order: Sendable, Hashable {
        public let scope: PauseScope
        public let actor: String
        public let reason: String
        /// Nil: until somebody resumes it.
        public let until: MonotonicInstant?
        /// Requests end at once instead of waiting.
        public let refuses: Bool

        public init(scope: PauseScope, actor: String, reason: String, until: MonotonicInstant?, refuses: Bool) {
            self.scope = scope
            self.actor = actor
            self.reason = reason
            self.until = until
            self.refuses = refuses
        }

        /// When it ends, as far as is known.
        public var end: MonotonicInstant { until ?? .distantFuture }
    }

    /// What a request is about.
    public struct Subject: Sendable {
        public var model: String
        /// The names that its client goes by.
        public var clients: [String]
        /// Where it can be sent: it is held back if all of them are paused.
        public var providers: Set<String>

        public init(model: String, clients: [String], providers: Set<String>) {
            self.model = model
            self.clients = clients
            self.providers = providers
        }
    }

    private var orders: [PauseScope: Order] = [:]

    public init() {}

    /// The second order for a scope replaces the first.
    public mutating func pause(_ order: Order) { orders[order.scope] = order }

    /// The orders that are over now; nil ends all.
    public mutating func resume(_ scope: PauseScope?, now: MonotonicInstant) -> [Order] {
        let ended = current(now: now).filter { scope == nil || $0.scope == scope }
        for order in ended { orders[order.scope] = nil }
        return ended
    }

    /// Forgets what has ended by itself, and tells it.
    public mutating func expire(now: MonotonicInstant) -> [Order] {
        let ended = orders.values.filter { $0.end <= now }.sorted { $0.scope.description < $1.scope.description }
        for order in ended { orders[order.scope] = nil }
        return ended
    }

    /// By scope.
    public func current(now: MonotonicInstant) -> [Order] {
        orders.values.filter { $0.end > now }.sorted { $0.scope.description < $1.scope.description }
    }

    /// When the next order ends by itself.
    public var nextEnd: MonotonicInstant? { orders.values.compactMap(\.until).min() }

    /// The order that holds a request back: one that refuses before one that lets wait, and then the one that ends last. Nil: it may go.
    public func order(against subject: Subject, now: MonotonicInstant) -> Order? {
        guard !orders.isEmpty else { return nil }
        let scopes = [.all, .model(subject.model)] + subject.clients.map(PauseScope.client)
        var against = scopes.compactMap { active($0, now) }
        let providers = subject.providers.map { active(.provider($0), now) }
        // Of several ways the first that opens is taken.
        if !providers.isEmpty, let first = providers.compactMap({ $0 }).min(by: Self.isWeaker),
            providers.allSatisfy({ $0 != nil })
        {
            against.append(first)
        }
        return against.max(by: Self.isWeaker)
    }

    /// Until when nothing is sent to the provider; nil where it is not paused.
    public func end(ofProvider name: String, now: MonotonicInstant) -> MonotonicInstant? {
        guard !orders.isEmpty else { return nil }
        return active(.provider(name), now)?.end
    }

    private func active(_ scope: PauseScope, _ now: MonotonicInstant) -> Order? {
        orders[scope].flatMap { $0.end > now ? $0 : nil }
    }

    private static func isWeaker(_ a: Order, _ b: Order) -> Bool {
        (a.refuses ? 1 : 0, a.end) < (b.refuses ? 1 : 0, b.end)
    }
}
