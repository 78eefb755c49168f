/// What an upstream's answer says of its limits.
public struct RateLimitReport: Sendable, Hashable {
    public struct Reading: Sendable, Hashable {
        public var limit: Int?
        public var remaining: Int?
        /// Until everything is free again.
        public var reset: Duration?

        public init(limit: Int? = nil, remaining: Int? = nil, reset: Duration? = nil) {
            self.limit = limit
            self.remaining = remaining
            self.reset = reset
        }
    }

    public var readings: [QuotaMetric: Reading]

    public init(_ readings: [QuotaMetric: Reading] = [:]) {
        self.readings = readings
    }

    public var isEmpty: Bool { readings.isEmpty }
}
