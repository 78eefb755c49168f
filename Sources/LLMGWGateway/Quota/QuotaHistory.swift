import LLMGWCore
import LLMGWPolicy

/// What earlier lives of the daemon granted and windows still hold, until the accounts take it over: each part once, the oldest first.
///
/// The journals have what was granted to its end, also what was under way when the daemon died. Of the day they have the latest part; what was
/// before it, and what was before a limit was counted, the ledger knows.
@GatewayLoop
final class QuotaHistory {
    struct Charge: Equatable {
        var metric: QuotaMetric
        var amount: Int
        var granted: MonotonicInstant
    }

    private struct Ended {
        var requests: Int
        var started: MonotonicInstant
        var ended: MonotonicInstant
    }

    private let journal: QuotaLog?
    private var ended: [QuotaScope: [Ended]] = [:]
    /// The ledger was read, or there is none.
    var isComplete = false

    init(journal: QuotaLog?) {
        self.journal = journal
    }

    /// Requests that the ledger has; to be called in the order of their end.
    func add(_ requests: Int, of scope: QuotaScope, started: MonotonicInstant, ended: MonotonicInstant) {
        self.ended[scope, default: []].append(Ended(requests: requests, started: started, ended: ended))
    }

    func takeMinute(of scope: QuotaScope, now: MonotonicInstant) -> [Charge] {
        (journal?.takeMinute(of: scope) ?? []).map { charge($0, now) }
    }

    func takeDay(of scope: QuotaScope, now: MonotonicInstant) -> [Charge] {
        let journaled = (journal?.takeDay(of: scope) ?? []).map { charge($0, now) }
        let first = journaled.first?.granted ?? .distantFuture
        // What ended before the journal begins is not in it; the ledger's times are those of another clock, and of whole milliseconds. Where the
        // journal has no more room for its beginning, neither is what was granted then.
        let isCut = journal?.isDayCut ?? false
        let before = (ended.removeValue(forKey: scope) ?? []).filter {
            isCut ? $0.started < first : $0.ended + WindowBucket.guardTime < first
        }.map {
            // From its end: no attempt was later, and which moment of a long wait it was is not known.
            Charge(metric: .requestsPerDay, amount: $0.requests, granted: $0.ended)
        }
        return (before + journaled).sorted { $0.granted < $1.granted }
    }

    private func charge(_ restored: QuotaLog.Restored, _ now: MonotonicInstant) -> Charge {
        Charge(metric: restored.metric, amount: restored.amount, granted: now + (.zero - restored.age))
    }
}
