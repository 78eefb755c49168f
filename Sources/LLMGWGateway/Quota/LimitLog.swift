import LLMGWCore
import LLMGWPolicy
import LLMGWStorage
import Logging

/// Writes down what providers say of their limits, so that a daemon that is killed goes on with them instead of none.
///
/// What nobody has said again for `lifetime` is forgotten at a start: a provider that stops telling its limits is not held to them for ever.
@GatewayLoop
final class LimitLog {
    private static let lifetime = Duration.seconds(7 * 86_400)
    /// How old a record may become while the provider goes on saying the same.
    private static let renewal = Duration.seconds(3600)
    /// Limits are few: even with thousands of renewals, each one's latest record is in the ring.
    private static let capacity = 4096

    private struct Kept {
        var entry: QuotaJournal.Entry
        var limit: Int
    }

    private let path: String
    /// Nil while another process has the file.
    private var journal: QuotaJournal?
    /// By bucket: the latest of an earlier life.
    private var restored: [UInt64: Int] = [:]
    private var kept: [QuotaScope: (limits: [QuotaMetric: Kept], since: MonotonicInstant)] = [:]

    init(directory: String, logger: Logger) {
        path = "\(directory)/limits.journal"
        let journal = Self.open(path)
        if let problem = journal.status.problem {
            logger.error("the journal of limits", metadata: ["llmgw-problem": "\(problem)"])
        }
        for record in journal.takeRestored() { restored[record.bucket] = Int(clamping: record.amount) }
        self.journal = journal
    }

    private static func open(_ path: String) -> QuotaJournal {
        QuotaJournal(path: path, capacity: capacity, window: lifetime)
    }

    var status: StorageStatus? { journal?.status }

    /// What an earlier life was told, once for each scope.
    func take(of scope: QuotaScope) -> QuotaLimits {
        var limits = QuotaLimits()
        guard !restored.isEmpty else { return limits }
        for metric in QuotaMetric.allCases { limits[metric] = restored.removeValue(forKey: bucket(scope, metric)) }
        return limits
    }

    /// The provider has said this just now.
    func note(_ limits: QuotaLimits, of scope: QuotaScope, now: MonotonicInstant) {
        guard let journal else { return }
        let isDue = kept[scope].map { now - $0.since >= Self.renewal } ?? true
        var records = kept[scope]?.limits ?? [:]
        for metric in QuotaMetric.allCases {
            guard let limit = limits[metric] else { continue }
            let amount = UInt64(max(0, limit))
            if !isDue, let record = records[metric] {
                if record.limit != limit { journal.settle(record.entry, amount: amount) }
                records[metric]?.limit = limit
            } else {
                // The new record comes before the old one goes: a death in between leaves the later one.
                let entry = journal.append(bucket: bucket(scope, metric), amount: amount)
                if let old = records[metric] { journal.settle(old.entry, amount: 0) }
                records[metric] = Kept(entry: entry, limit: limit)
            }
        }
        kept[scope] = (records, isDue ? now : kept[scope]?.since ?? now)
    }

    private func bucket(_ scope: QuotaScope, _ metric: QuotaMetric) -> UInt64 {
        QuotaJournal.bucketKey("\(scope.name) \(metric.name)")
    }

    // MARK: Another process

    func handOver() { journal = nil }

    /// Its records are not this one's to change.
    func takeBack() {
        journal = Self.open(path)
        kept = [:]
    }
}
