/// The upstream's own count, by arrival: what was on the way there, and what the gateway knew of it.
///
/// It knows nothing of buckets. Of any minute at the upstream it takes the request that was granted last, and asks whether the minute,
/// as far as its cost was known at that grant, was within the limit that held then. What is beyond it afterwards are debts: tokens
/// that requests in flight turned out to have taken beyond their estimate.
struct ArrivalReference {
    struct Arrival {
        var lane: Int
        /// Rises with everything that happens.
        var granted: Int
        var limits: (requests: Int, tokens: Int)
        var reserved: Int
        var tokens: Int
        /// What the gateway held the upstream's own limit for, at that grant; nil where it had not heard of it.
        var learned: Int?
        var time: Double?
        /// When the gateway heard what it took, and what it heard.
        var told: (step: Int, tokens: Int)?

        func known(at step: Int) -> Int {
            guard let told, told.step < step else { return reserved }
            return told.tokens
        }
    }

    var arrivals: [Int: Arrival] = [:]

    struct Verdict {
        var problem: String?
        /// Minutes whose real tokens were beyond the limit.
        var debts = 0
    }

    func judge(lane: Int? = nil) -> Verdict {
        let sorted = arrivals.values.filter { $0.time != nil && (lane == nil || $0.lane == lane) }
            .sorted { ($0.time ?? 0, $0.granted) < ($1.time ?? 0, $1.granted) }
        var verdict = Verdict()
        for (index, first) in sorted.enumerated() {
            let start = first.time ?? 0
            let minute = sorted[index...].prefix { ($0.time ?? 0) < start + 60 }
            guard let last = minute.max(by: { $0.granted < $1.granted }) else { continue }
            let known = minute.reduce(0) { $0 + $1.known(at: last.granted) }
            if lane == nil, minute.count > last.limits.requests {
                verdict.problem = "\(minute.count) requests in the minute from \(start), limit \(last.limits.requests)"
            }
            if known > last.limits.tokens {
                verdict.problem = "\(known) tokens known in the minute from \(start), limit \(last.limits.tokens)"
            }
            if minute.reduce(0, { $0 + $1.tokens }) > last.limits.tokens { verdict.debts += 1 }
        }
        return verdict
    }

    /// The upstream's own limit on requests, as far as it was known.
    var learnedProblem: String? {
        let sorted = arrivals.values.filter { $0.time != nil && $0.learned != nil }
            .sorted { ($0.time ?? 0, $0.granted) < ($1.time ?? 0, $1.granted) }
        for (index, first) in sorted.enumerated() {
            let start = first.time ?? 0
            let minute = sorted[index...].prefix { ($0.time ?? 0) < start + 60 }
            guard let limit = minute.max(by: { $0.granted < $1.granted })?.learned, minute.count > limit else {
                continue
            }
            return "\(minute.count) requests in the minute from \(start), \(limit) were known to be allowed"
        }
        return nil
    }
}
