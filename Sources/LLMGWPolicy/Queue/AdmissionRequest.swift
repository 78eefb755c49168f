public import LLMGWCore

/// Where a request wants to go: a deployment at a provider. Requests of one lane need the same accounts beside their clients'.
public struct LaneID: Sendable, Hashable {
    let queue: Int
    let lane: Int
}

/// A client's place in the queues.
public struct ClientID: Sendable, Hashable {
    public let index: Int

    public init(index: Int) {
        self.index = index
    }
}

/// A request that asks to be admitted.
public struct AdmissionRequest: Sendable {
    public var client: ClientID
    /// The client's share beside the others'.
    public var weight: Double
    public var priority: Priority
    public var lane: LaneID
    /// The client's own accounts; none for a further attempt, which its first one has paid for.
    public var accounts: [QuotaBook.AccountID]
    public var demand: QuotaDemand
    /// A request that cannot start by then is told so at once.
    public var latestStart: MonotonicInstant
    /// Requests of the client that may wait.
    public var maxWaiting: Int
    /// It was admitted before, and comes before the client's others.
    public var isRepeat: Bool

    public init(
        client: ClientID, weight: Double = 1, priority: Priority = .normal, lane: LaneID,
        accounts: [QuotaBook.AccountID] = [], demand: QuotaDemand, latestStart: MonotonicInstant,
        maxWaiting: Int = .max, isRepeat: Bool = false
    ) {
        self.client = client
        self.weight = weight
        self.priority = priority
        self.lane = lane
        self.accounts = accounts
        self.demand = demand
        self.latestStart = latestStart
        self.maxWaiting = maxWaiting
        self.isRepeat = isRepeat
    }
}

/// A request that waits.
public struct WaitingTicket: Sendable, Hashable {
    let queue: Int
    let ticket: FairQueue<WaitingRequest>.Ticket
}

struct WaitingRequest: Sendable {
    var request: AdmissionRequest
    var since: MonotonicInstant
}

/// What an admitted request holds, to be settled once each.
public struct AdmissionGrant: Sendable, Hashable {
    /// In the client's accounts, until the request is over; nil for a further attempt.
    public let request: QuotaBook.ReservationID?
    /// In the accounts of the lane, until the attempt is over.
    public let attempt: QuotaBook.ReservationID
    public let client: ClientID
    public let lane: LaneID
    public let demand: QuotaDemand
    let granted: MonotonicInstant
}

/// Why a request is not even let wait.
public enum AdmissionRefusal: Sendable, Equatable {
    /// It is larger than a limit.
    case tooLarge(QuotaScope, QuotaMetric, limit: Int)
    /// As many of the client's requests wait as may.
    case clientQueueFull(limit: Int)
    /// As many requests wait for the provider as may.
    case queueFull(limit: Int)
    /// It could not start before its time is up, but after this time another one could.
    case tooLate(retryAfter: Duration)
}

/// What a waiting request can be told.
public struct QueueForecast: Sendable, Equatable {
    /// Requests that will go first, roughly.
    public var ahead: Int
    public var wait: Duration
}

/// A client's requests of one priority that wait.
public struct ClientWaiting: Sendable, Equatable {
    public var priority: Priority
    public var count: Int
    /// Since when the oldest does.
    public var since: MonotonicInstant
    /// The tokens that the client was served, by its weight.
    public var counter: Double
}
