public import LLMGWCore

/// Whose limits these are.
public enum QuotaScope: Sendable, Hashable {
    case provider(String)
    case model(String)
    case deployment(model: String, name: String)
    /// What a provider says of its limits, which hold for all deployments of the same upstream model.
    case upstream(provider: String, model: String)
    case client(String)
    case clientModel(client: String, model: String)

    /// The client whose own it is; nil for what clients share.
    public var client: String? {
        switch self {
        case .client(let name), .clientModel(let name, _): name
        case .provider, .model, .deployment, .upstream: nil
        }
    }

    /// "provider/NAME", "client/NAME/model/NAME".
    public var name: String {
        switch self {
        case .provider(let name): "provider/\(name)"
        case .model(let name): "model/\(name)"
        case .deployment(let model, let name): "deployment/\(model)/\(name)"
        case .upstream(let provider, let model): "upstream/\(provider)/\(model)"
        case .client(let name): "client/\(name)"
        case .clientModel(let client, let model): "client/\(client)/model/\(model)"
        }
    }
}

/// How an account treats what is taken from it.
public struct QuotaAccountSettings: Sendable, Hashable {
    public var limits: QuotaLimits
    /// The provider counts the tokens that the caller allows, used or not.
    public var countsMaximum: Bool
    /// Requests are spread over the minute.
    public var smooths: Bool
    /// Requests that may go at once all the same; nil for a tenth of the limit.
    public var burst: Int?

    public init(
        limits: QuotaLimits = QuotaLimits(), countsMaximum: Bool = false, smooths: Bool = false, burst: Int? = nil
    ) {
        self.limits = limits
        self.countsMaximum = countsMaximum
        self.smooths = smooths
        self.burst = burst
    }
}

/// All limits of one scope, and its gate.
///
/// The gate is open, closed until an instant, or probing: after that instant one request goes, and the others wait for what its answer tells,
/// at most `probeTime`, so that those who waited do not all come at once. No terminal state. Wrong input: closing until an instant that has
/// passed does nothing; a gate never opens earlier than it was told to.
public struct QuotaAccount: Sendable {
    static let probeTime = Duration.seconds(1)

    private enum Gate: Sendable {
        case open
        case closed(until: MonotonicInstant)
        case probing(until: MonotonicInstant)
    }

    public let scope: QuotaScope
    private(set) var settings: QuotaAccountSettings
    var windows: [WindowBucket]
    private var concurrency: LearnedLimit
    private var gate = Gate.open
    public private(set) var inUse = 0
    /// Granted and not settled, by window.
    var reserved: [Int]

    init(_ scope: QuotaScope, _ settings: QuotaAccountSettings) {
        self.scope = scope
        self.settings = settings
        self.windows = QuotaMetric.allCases.compactMap { metric in
            guard metric.window != nil, let limit = settings.limits[metric] else { return nil }
            return WindowBucket(metric, limit: limit, smooths: settings.smooths, burst: settings.burst)
        }
        // How many a provider takes at once changes by the second, and a few are never too many.
        self.concurrency = LearnedLimit(configured: settings.limits[.concurrency], growth: 16, floor: 4)
        self.reserved = Array(repeating: 0, count: windows.count)
    }

    // MARK: Asking

    mutating func fit(_ demand: QuotaDemand, now: MonotonicInstant) -> QuotaFit {
        var fit = QuotaFit.now
        switch gate {
        case .open: break
        case .closed(let until), .probing(let until): if until > now { fit = .at(until, nil) }
        }
        if let limit = concurrency.current(now: now), inUse >= limit { fit = fit.and(.onRelease) }
        for index in windows.indices {
            let amount = demand.amount(of: windows[index].metric, countsMaximum: settings.countsMaximum)
            fit = fit.and(windows[index].fit(amount, now: now))
        }
        return fit
    }

    /// Whether this share of every limit is left once `demand` is taken.
    mutating func leaves(_ share: Double, beside demand: QuotaDemand, now: MonotonicInstant) -> Bool {
        if let limit = concurrency.current(now: now), Double(limit - inUse - 1) < share * Double(limit) { return false }
        return windows.indices.allSatisfy { index in
            let amount = demand.amount(of: windows[index].metric, countsMaximum: settings.countsMaximum)
            return windows[index].leaves(share, beside: amount.wanted, now: now)
        }
    }

    /// When a request may go that takes nothing but its place among the requests of a window.
    mutating func turn(now: MonotonicInstant) -> MonotonicInstant {
        var instant = now
        for index in windows.indices where windows[index].metric.countsRequests {
            switch windows[index].fit((1, 1), now: now) {
            case .now, .onRelease: break
            case .at(let later, _): instant = max(instant, later)
            case .never: instant = .distantFuture
            }
        }
        return instant
    }

    /// Whether `demand` leaves the promise that another one starts at `instant`.
    func leavesRoom(
        for promised: QuotaDemand, at instant: MonotonicInstant, beside demand: QuotaDemand, now: MonotonicInstant
    ) -> Bool {
        windows.indices.allSatisfy { index in
            let metric = windows[index].metric
            return windows[index].leavesRoom(
                for: promised.amount(of: metric, countsMaximum: settings.countsMaximum), at: instant,
                beside: demand.amount(of: metric, countsMaximum: settings.countsMaximum), now: now)
        }
    }

    func lower(
        _ spare: inout QuotaSpare, beside promised: QuotaDemand, at instant: MonotonicInstant, now: MonotonicInstant
    ) {
        // Requests are looked at one by one: what is left of them excludes nobody by size.
        for index in windows.indices where !windows[index].metric.countsRequests {
            let amount = promised.amount(of: windows[index].metric, countsMaximum: settings.countsMaximum)
            windows[index].lower(&spare, beside: amount, at: instant, now: now)
        }
    }

    /// When a demand could go after `ahead` requests like `typical`; `hold` is how long a place is taken.
    func projected(
        _ demand: QuotaDemand, after ahead: Int, like typical: QuotaDemand, hold: Duration, now: MonotonicInstant
    ) -> MonotonicInstant {
        var instant = now
        if case .closed(let until) = gate { instant = max(instant, until) }
        for index in windows.indices {
            let metric = windows[index].metric
            let before = typical.amount(of: metric, countsMaximum: settings.countsMaximum).wanted
            let own = demand.amount(of: metric, countsMaximum: settings.countsMaximum).wanted
            let (sum, overflow) = before.multipliedReportingOverflow(by: ahead)
            instant = max(instant, windows[index].projected(own, after: overflow ? .max : sum, now: now))
        }
        if let limit = concurrency.current(now: now), limit > 0, inUse + ahead >= limit {
            instant = max(instant, now + hold * (Double(inUse + ahead - limit + 1) / Double(limit)))
        }
        return instant
    }

    // MARK: Taking

    /// Takes what `fit` allowed, and returns what stands in each window.
    mutating func take(_ demand: QuotaDemand, now: MonotonicInstant) -> [SlidingLog.Entry] {
        if case .closed(let until) = gate, until <= now { gate = .probing(until: now + Self.probeTime) }
        inUse += 1
        return windows.indices.map { index in
            let amount = demand.amount(of: windows[index].metric, countsMaximum: settings.countsMaximum)
            let entry = windows[index].take(amount, now: now)
            reserved[index] += windows[index].log.amount(of: entry) ?? 0
            return entry
        }
    }

    mutating func settle(
        _ entries: [SlidingLog.Entry], _ settlement: Settlement, demand: QuotaDemand, reserved amounts: [Int],
        now: MonotonicInstant
    ) {
        precondition(inUse > 0, "only what was taken can be settled")
        inUse -= 1
        // A request that was not sent is no probe.
        if case .probing = gate, settlement == .notSent { gate = .closed(until: now) }
        for (index, entry) in entries.enumerated() {
            reserved[index] -= amounts[index]
            windows[index].settle(entry, settlement, demand: demand, now: now)
        }
    }

    mutating func move(
        _ entries: [SlidingLog.Entry], amounts: [Int], now: MonotonicInstant
    ) -> [SlidingLog.Entry] {
        entries.enumerated().map { index, entry in windows[index].move(entry, amount: amounts[index], now: now) }
    }

    /// Whether nothing is reserved, used or closed.
    mutating func isIdle(now: MonotonicInstant) -> Bool {
        if case .closed(let until) = gate, until > now { return false }
        return inUse == 0 && windows.indices.allSatisfy { windows[$0].used(now: now) == 0 }
    }

    // MARK: Learning

    mutating func close(until: MonotonicInstant, now: MonotonicInstant) {
        guard until > now else { return }
        if case .closed(let earlier) = gate, earlier >= until { return }
        gate = .closed(until: until)
    }

    /// An operator opens it.
    mutating func open() { gate = .open }

    func opening(now: MonotonicInstant) -> MonotonicInstant {
        if case .closed(let until) = gate { max(now, until) } else { now }
    }

    /// The upstream answered: whoever waits for the probe may go.
    mutating func answered() { if case .probing = gate { gate = .open } }

    mutating func learn(
        _ report: RateLimitReport, sequence: UInt64, entries: [SlidingLog.Entry], now: MonotonicInstant
    ) {
        for (metric, reading) in report.readings {
            if metric == .concurrency {
                if let limit = reading.limit { concurrency.report(limit, now: now) }
                continue
            }
            let index = windows.firstIndex { $0.metric == metric } ?? addWindow(metric, reading.limit)
            guard let index else { continue }
            windows[index].learn(
                reading, sequence: sequence, entry: index < entries.count ? entries[index] : nil, now: now)
        }
    }

    /// A limit nobody had configured. Until now nothing was counted for it: the provider's own count stands for that.
    private mutating func addWindow(_ metric: QuotaMetric, _ limit: Int?) -> Int? {
        guard let limit, limit > 0 else { return nil }
        windows.append(
            WindowBucket(metric, limit: nil, smooths: settings.smooths, burst: settings.burst))
        reserved.append(0)
        return windows.count - 1
    }

    /// What an earlier process was told, before anything is told anew: what that one granted finds its windows.
    mutating func restore(_ limits: QuotaLimits, now: MonotonicInstant) {
        for metric in QuotaMetric.allCases {
            guard let limit = limits[metric] else { continue }
            if metric == .concurrency {
                concurrency.report(limit, now: now)
            } else if let index = windows.firstIndex(where: { $0.metric == metric }) ?? addWindow(metric, limit) {
                windows[index].limit.report(limit, now: now)
            }
        }
    }

    /// The upstream refused because of its limits, and did not tell them: fewer requests a minute where these are counted, else fewer at once.
    mutating func complain(now: MonotonicInstant) {
        if let index = windows.firstIndex(where: { $0.metric == .requestsPerMinute }) {
            windows[index].complain(hold: .zero, now: now)
        } else {
            concurrency.complain(used: inUse, hold: .zero, now: now)
        }
    }

    /// The operator changed the limits, or how they are kept. What is granted stays granted.
    mutating func configure(_ settings: QuotaAccountSettings) {
        self.settings = settings
        let limits = settings.limits
        for index in windows.indices {
            windows[index].limit.configure(limits[windows[index].metric])
            windows[index].burst = settings.burst
        }
        for metric in QuotaMetric.allCases where metric.window != nil {
            guard let limit = limits[metric], !windows.contains(where: { $0.metric == metric }) else { continue }
            windows.append(WindowBucket(metric, limit: limit, smooths: settings.smooths, burst: settings.burst))
            reserved.append(0)
        }
        concurrency.configure(limits[.concurrency])
    }

    // MARK: Showing

    var knownLimits: QuotaLimits {
        var limits = QuotaLimits()
        for window in windows { limits[window.metric] = window.limit.known }
        limits[.concurrency] = concurrency.known
        return limits
    }

    public struct Status: Sendable, Equatable {
        public var metric: QuotaMetric
        public var known: Int?
        public var effective: Int?
        public var used: Int
        public var reserved: Int
        public var end: MonotonicInstant?
        public var gate: MonotonicInstant?
        public var source: LearnedLimit.Source
    }

    /// Whether there is anything to wait for here.
    public var isLimited: Bool { !windows.isEmpty || concurrency.known != nil }

    mutating func statuses(now: MonotonicInstant) -> [Status] {
        var closed: MonotonicInstant?
        if case .closed(let until) = gate, until > now { closed = until }
        var statuses: [Status] = []
        for index in windows.indices {
            let used = windows[index].used(now: now)
            statuses.append(
                Status(
                    metric: windows[index].metric, known: windows[index].limit.known,
                    effective: windows[index].limit.current(now: now),
                    used: max(0, used - reserved[index]), reserved: min(used, reserved[index]),
                    end: windows[index].end(now: now), gate: closed, source: windows[index].limit.source(now: now)))
        }
        if concurrency.current(now: now) != nil {
            statuses.append(
                Status(
                    metric: .concurrency, known: concurrency.known, effective: concurrency.current(now: now), used: 0,
                    reserved: inUse, end: nil, gate: closed, source: concurrency.source(now: now)))
        }
        return statuses
    }
}
