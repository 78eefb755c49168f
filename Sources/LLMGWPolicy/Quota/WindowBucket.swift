public import LLMGWCore

/// One limit over a window of time: how much of it is taken, by us and by others, and when more can be.
///
/// What we grant stands in a `SlidingLog`. What others use of the same key is known from the provider's answers only; it counts until the
/// provider's window is over. Wrong input: reports older than the latest one are a race of answers and are ignored.
public struct WindowBucket: Sendable {
    /// Between a grant and its arrival at the upstream lies time that nobody here can see: what was granted counts so much longer.
    public static let guardTime = Duration.seconds(1)

    public let metric: QuotaMetric
    public internal(set) var limit: LearnedLimit
    let span: Duration
    private(set) var log: SlidingLog
    private var smoother: RequestSmoother?
    /// Requests that may go at once; nil for a tenth of the limit.
    var burst: Int?
    /// Used by others, as the provider tells it.
    private var foreign = 0
    private var foreignUntil = MonotonicInstant(nanoseconds: 0)
    private var latestReport: UInt64 = 0

    /// `smooths`: requests are spread over the window, as providers want it that count by the second.
    init(_ metric: QuotaMetric, limit: Int?, smooths: Bool, burst: Int? = nil) {
        guard let window = metric.window else { preconditionFailure("\(metric.name) has no window") }
        self.metric = metric
        self.limit = LearnedLimit(configured: limit)
        self.span = window + Self.guardTime
        self.log = SlidingLog(span: span)
        self.smoother = smooths && metric == .requestsPerMinute ? RequestSmoother(span: span) : nil
        self.burst = burst
    }

    // MARK: Asking

    mutating func fit(_ amount: (certain: Int, wanted: Int), now: MonotonicInstant) -> QuotaFit {
        guard let limit = limit.current(now: now) else { return .now }
        if let known = self.limit.known, amount.certain > known { return .never(metric, limit: known) }
        log.expire(now: now)
        var instant = earliest(leaving: max(0, limit - charge(amount, limit)), now: now)
        if let smoother {
            instant = max(
                instant,
                smoother.earliest(limit: limit, burst: burst ?? RequestSmoother.burst(for: limit), now: now))
        }
        return instant > now ? .at(instant, metric) : .now
    }

    /// Whether this share of the limit is left once `amount` is taken.
    mutating func leaves(_ share: Double, beside amount: Int, now: MonotonicInstant) -> Bool {
        guard let limit = limit.current(now: now) else { return true }
        return Double(limit - used(now: now).saturatingSum(amount)) >= share * Double(limit)
    }

    /// What is reserved of a demand: no more than the limit, so that it can be met, unless the certain part is more.
    private func charge(_ amount: (certain: Int, wanted: Int), _ limit: Int?) -> Int {
        guard let limit else { return amount.wanted }
        return max(amount.certain, min(amount.wanted, limit))
    }

    private func earliest(leaving rest: Int, now: MonotonicInstant) -> MonotonicInstant {
        guard foreign > 0, foreignUntil > now else { return log.earliest(leaving: rest, now: now) }
        let beside = rest < foreign ? MonotonicInstant.distantFuture : log.earliest(leaving: rest - foreign, now: now)
        return min(beside, max(foreignUntil, log.earliest(leaving: rest, now: now)))
    }

    /// Whether a further `amount` leaves room for what was promised to start at `instant`.
    func leavesRoom(
        for promised: (certain: Int, wanted: Int), at instant: MonotonicInstant,
        beside amount: (certain: Int, wanted: Int), now: MonotonicInstant
    ) -> Bool {
        guard let limit = limit.current(now: now) else { return true }
        return charge(amount, limit) <= rest(for: promised, at: instant, limit)
    }

    private func rest(for promised: (certain: Int, wanted: Int), at instant: MonotonicInstant, _ limit: Int) -> Int {
        let others = foreignUntil > instant ? foreign : 0
        return limit - log.remaining(at: instant) - others - charge(promised, limit)
    }

    /// Lowers `spare` to what is left here beside what was promised to start at `instant`.
    func lower(
        _ spare: inout QuotaSpare, beside promised: (certain: Int, wanted: Int), at instant: MonotonicInstant,
        now: MonotonicInstant
    ) {
        // Where nothing is promised, more than the limit may be asked for, and is cut to it.
        guard promised.wanted > 0, let limit = limit.current(now: now) else { return }
        spare.lower(metric, to: rest(for: promised, at: instant, limit), limit: self.limit.known ?? limit)
    }

    /// When a demand could go after `ahead` more has been granted, as far as can be told.
    func projected(_ own: Int, after ahead: Int, now: MonotonicInstant) -> MonotonicInstant {
        guard let limit = limit.current(now: now), limit > 0 else { return now }
        let total = ahead.saturatingSum(min(own, limit))
        let windows = (total - 1) / limit
        var instant = earliest(leaving: limit - (total - windows * limit), now: now) + span * windows
        if let smoother {
            let burst = burst ?? RequestSmoother.burst(for: limit)
            let first = smoother.earliest(limit: limit, burst: burst, now: now)
            instant = max(instant, first + span * Double(max(0, total - burst)) / Double(limit))
        }
        return instant
    }

    // MARK: Taking

    /// Takes what `fit` allowed.
    mutating func take(_ amount: (certain: Int, wanted: Int), now: MonotonicInstant) -> SlidingLog.Entry {
        let limit = limit.current(now: now)
        if let limit { smoother?.take(limit: limit, now: now) }
        return log.append(charge(amount, limit), now: now)
    }

    mutating func settle(
        _ entry: SlidingLog.Entry, _ settlement: Settlement, demand: QuotaDemand, now: MonotonicInstant
    ) {
        guard let reserved = log.amount(of: entry) else { return }
        log.settle(entry, to: settlement.amount(of: metric, reserved: reserved, demand: demand))
        if settlement == .notSent, let limit = limit.current(now: now) { smoother?.giveBack(limit: limit) }
    }

    /// It was granted, and leaves the host only now: near enough to its arrival to count from here, even where the grant has run out.
    mutating func move(_ entry: SlidingLog.Entry, amount: Int, now: MonotonicInstant) -> SlidingLog.Entry {
        log.move(entry, now: now) ?? log.append(amount, now: now)
    }

    /// Continues what an earlier process granted.
    mutating func restore(_ amount: Int, now: MonotonicInstant) {
        _ = log.append(amount, now: now)
    }

    // MARK: Learning

    /// An answer to the request `sequence` told this; `entry` is what that request took here.
    mutating func learn(
        _ reading: RateLimitReport.Reading, sequence: UInt64, entry: SlidingLog.Entry?, now: MonotonicInstant
    ) {
        guard sequence > latestReport else { return }
        latestReport = sequence
        if let limit = reading.limit { self.limit.report(limit, now: now) }
        guard let remaining = reading.remaining, remaining >= 0 else { return }
        log.expire(now: now)
        // What was granted after that request, the provider had not counted yet.
        let left = max(0, remaining - (entry.map { log.sum(after: $0) } ?? 0))
        // Where no limit is known, this much is: there is as much as there was, and no more is used than ours.
        guard let limit = self.limit.current(now: now) else { return }
        foreign = max(0, limit - log.sum - left)
        foreignUntil = now + min(reading.reset ?? span, span)
    }

    mutating func complain(hold: Duration, now: MonotonicInstant) {
        log.expire(now: now)
        limit.complain(used: log.sum, hold: hold, now: now)
    }

    // MARK: Showing

    mutating func used(now: MonotonicInstant) -> Int {
        log.expire(now: now)
        return log.sum + (foreignUntil > now ? foreign : 0)
    }

    /// When everything is free again; nil if it is.
    func end(now: MonotonicInstant) -> MonotonicInstant? {
        let end = [log.end, foreign > 0 ? foreignUntil : nil].compactMap { $0 }.max()
        return end.flatMap { $0 > now ? $0 : nil }
    }
}
