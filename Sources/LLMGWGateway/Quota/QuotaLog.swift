import LLMGWCore
import LLMGWPolicy
import LLMGWStorage
import Logging

/// Writes down what is granted, before it is sent, so that a daemon that is killed continues its windows where they were.
///
/// Windows of a minute only. Without a state directory there is none, and a new daemon starts with empty windows.
@GatewayLoop
final class QuotaLog {
    struct Restored {
        var metric: QuotaMetric
        var amount: Int
        var age: Duration
    }

    private struct Kept {
        var entry: QuotaJournal.Entry
        var metric: QuotaMetric
        var amount: Int
    }

    /// Nil while another process has the file.
    private var journal: QuotaJournal?
    private let path: String
    private var restored: [UInt64: [QuotaJournal.Restored]] = [:]
    private var kept: [QuotaBook.ReservationID: [Kept]] = [:]
    private var keys: [QuotaScope: [QuotaMetric: UInt64]] = [:]

    init(directory: String, logger: Logger) {
        path = "\(directory)/quota.journal"
        let journal = QuotaJournal(path: path)
        self.journal = journal
        if let problem = journal.status.problem {
            logger.error("the quota's journal", metadata: ["llmgw-problem": "\(problem)"])
        }
        for charge in journal.takeRestored() { restored[charge.bucket, default: []].append(charge) }
    }

    var status: StorageStatus? { journal?.status }

    /// Another process goes on with the file, and hears otherwise of what is granted and not settled: only what is settled stays in it.
    func handOver() {
        for kept in kept.values.joined() { journal?.settle(kept.entry, amount: 0) }
        kept = [:]
        journal = nil
    }

    /// It does not. What stands in the file is known here already.
    func takeBack(_ book: QuotaBook) {
        let journal = QuotaJournal(path: path)
        _ = journal.takeRestored()
        self.journal = journal
        for reservation in book.openReservations { note(reservation.id, book) }
    }

    /// Once for each scope; the oldest first.
    func takeRestored(of scope: QuotaScope) -> [Restored] {
        guard !restored.isEmpty else { return [] }
        return QuotaMetric.allCases.flatMap { metric in
            (restored.removeValue(forKey: key(scope, metric)) ?? []).map {
                Restored(metric: metric, amount: Int(clamping: $0.amount), age: $0.age)
            }
        }
    }

    func note(_ grant: AdmissionGrant, _ book: QuotaBook) {
        for id in [grant.attempt, grant.request].compactMap({ $0 }) { note(id, book) }
    }

    /// What was granted counts from now on. The new records come before the old ones go: a death in between counts both.
    func move(_ id: QuotaBook.ReservationID, _ book: QuotaBook) {
        let old = kept.removeValue(forKey: id) ?? []
        note(id, book)
        for kept in old { journal?.settle(kept.entry, amount: 0) }
    }

    func note(_ id: QuotaBook.ReservationID, _ book: QuotaBook) {
        let charges = book.amounts(of: id).filter { $0.metric.window == .seconds(60) }
        guard !charges.isEmpty, let journal else { return }
        let entries = journal.append(
            charges.map {
                QuotaJournal.Charge(bucket: key($0.scope, $0.metric), amount: UInt64(max(0, $0.amount)))
            })
        kept[id] = zip(charges, entries).map { Kept(entry: $1, metric: $0.metric, amount: $0.amount) }
    }

    func settle(_ id: QuotaBook.ReservationID, _ settlement: Settlement, _ demand: QuotaDemand) {
        for kept in kept.removeValue(forKey: id) ?? [] {
            let amount = settlement.amount(of: kept.metric, reserved: kept.amount, demand: demand)
            if amount != kept.amount { journal?.settle(kept.entry, amount: UInt64(max(0, amount))) }
        }
    }

    private func key(_ scope: QuotaScope, _ metric: QuotaMetric) -> UInt64 {
        if let key = keys[scope]?[metric] { return key }
        let key = QuotaJournal.bucketKey("\(scope.name) \(metric.name)")
        keys[scope, default: [:]][metric] = key
        return key
    }
}
