/// Which calls to count. What is nil does not matter.
public struct UsageQuery: Sendable, Hashable {
    /// What a total can be broken down by.
    public enum Dimension: String, Sendable, Hashable, CaseIterable {
        case client, uid, model, provider, deployment, operation, outcome, cache
        /// A calendar day of UTC, as providers bill and as their daily limits go; wherever the daemon stands.
        case day
    }

    /// Milliseconds since 1970 UTC; `since` is included, `until` is not.
    public var since: Int64?
    public var until: Int64?
    public var client: String?
    public var uid: UInt32?
    public var model: String?
    public var provider: String?

    public init(
        since: Int64? = nil, until: Int64? = nil, client: String? = nil, uid: UInt32? = nil, model: String? = nil,
        provider: String? = nil
    ) {
        self.since = since
        self.until = until
        self.client = client
        self.uid = uid
        self.model = model
        self.provider = provider
    }
}
