import LLMGWCore
import LLMGWPolicy
import LLMGWStorage
import Logging

/// Writes down what is granted, before it is sent, so that a daemon that is killed continues its windows where they were.
///
/// There is a journal for each length of window, and one for what providers say of their limits. Without a state directory there is none, and a new daemon starts with empty windows.
@GatewayLoop
final class QuotaLog {
    struct Restored {
        var metric: QuotaMetric
        var amount: Int
        var age: Duration
    }

    private struct Kept {
        var journal: QuotaJournal
        var entry: QuotaJournal.Entry
        var metric: QuotaMetric
        var amount: Int
    }

    /// A journal, and what of it no account has taken over yet.
    private struct Book {
        let window: Duration
        let path: String
        /// Nil while another process has the file.
        var journal: QuotaJournal?
        var restored: [UInt64: [QuotaJournal.Restored]] = [:]
    }

    let limits: LimitLog
    private var minute: Book
    private var day: Book
    private var kept: [QuotaBook.ReservationID: [Kept]] = [:]
    private var keys: [QuotaScope: [QuotaMetric: UInt64]] = [:]

    init(directory: String, logger: Logger) {
        limits = LimitLog(directory: directory, logger: logger)
        minute = Self.book("\(directory)/quota.journal", .seconds(60), logger)
        day = Self.book("\(directory)/quota-day.journal", .seconds(86_400), logger)
        // Over a start of the machine nobody was under way in the day, and the ledger knows the times better.
        if day.journal?.isOfThisBoot == false { day.restored = [:] }
    }

    private static func book(_ path: String, _ window: Duration, _ logger: Logger) -> Book {
        let journal = open(path, window)
        if let problem = journal.status.problem {
            logger.error("the quota's journal", metadata: ["llmgw-problem": "\(problem)"])
        }
        var book = Book(window: window, path: path, journal: journal)
        for charge in journal.takeRestored() { book.restored[charge.bucket, default: []].append(charge) }
        return book
    }

    private static func open(_ path: String, _ window: Duration) -> QuotaJournal {
        QuotaJournal(path: path, window: window + WindowBucket.guardTime)
    }

    var statuses: [StorageStatus] { [minute.journal?.status, day.journal?.status, limits.status].compactMap { $0 } }

    /// Another process goes on with the files, and hears otherwise of what is granted and not settled: only what is settled stays in them.
    func handOver() {
        for kept in kept.values.joined() { kept.journal.settle(kept.entry, amount: 0) }
        kept = [:]
        limits.handOver()
        minute.journal = nil
        day.journal = nil
    }

    /// It does not. What stands in the files is known here already.
    func takeBack(_ book: QuotaBook) {
        limits.takeBack()
        for place in [\QuotaLog.minute, \QuotaLog.day] {
            let journal = Self.open(self[keyPath: place].path, self[keyPath: place].window)
            _ = journal.takeRestored()
            self[keyPath: place].journal = journal
        }
        for reservation in book.openReservations { note(reservation.id, book) }
    }

    /// More was granted in the day than its journal holds.
    var isDayCut: Bool { day.journal?.hasWrapped ?? false }

    /// Of the last minute, once for each scope; the oldest first.
    func takeMinute(of scope: QuotaScope) -> [Restored] { take(&minute, scope) }

    /// Of the last day, in the same way.
    func takeDay(of scope: QuotaScope) -> [Restored] { take(&day, scope) }

    private func take(_ book: inout Book, _ scope: QuotaScope) -> [Restored] {
        guard !book.restored.isEmpty else { return [] }
        let window = book.window
        return QuotaMetric.allCases.filter { $0.window == window }.flatMap { metric in
            (book.restored.removeValue(forKey: key(scope, metric)) ?? []).map {
                Restored(metric: metric, amount: Int(clamping: $0.amount), age: $0.age)
            }
        }
    }

    func note(_ grant: AdmissionGrant, _ book: QuotaBook) {
        for id in [grant.attempt, grant.request].compactMap({ $0 }) { note(id, book) }
    }

    /// What needs no upstream stays as it is: there is nothing to settle.
    func notePassed(_ id: QuotaBook.ReservationID, _ book: QuotaBook) {
        note(id, book)
        kept[id] = nil
    }

    /// What was granted counts from now on. The new records come before the old ones go: a death in between counts both.
    func move(_ id: QuotaBook.ReservationID, _ book: QuotaBook) {
        let old = kept.removeValue(forKey: id) ?? []
        note(id, book)
        for kept in old { kept.journal.settle(kept.entry, amount: 0) }
    }

    func note(_ id: QuotaBook.ReservationID, _ book: QuotaBook) {
        let charges = book.amounts(of: id)
        guard !charges.isEmpty else { return }
        let written = [minute, day].flatMap { place -> [Kept] in
            let charges = charges.filter { $0.metric.window == place.window }
            guard !charges.isEmpty, let journal = place.journal else { return [] }
            let entries = journal.append(
                charges.map {
                    QuotaJournal.Charge(bucket: key($0.scope, $0.metric), amount: UInt64(max(0, $0.amount)))
                })
            return zip(charges, entries).map {
                Kept(journal: journal, entry: $1, metric: $0.metric, amount: $0.amount)
            }
        }
        kept[id] = written
    }

    func settle(_ id: QuotaBook.ReservationID, _ settlement: Settlement, _ demand: QuotaDemand) {
        for kept in kept.removeValue(forKey: id) ?? [] {
            let amount = settlement.amount(of: kept.metric, reserved: kept.amount, demand: demand)
            if amount != kept.amount { kept.journal.settle(kept.entry, amount: UInt64(max(0, amount))) }
        }
    }

    func forget(_ scope: QuotaScope) { keys[scope] = nil }

    private func key(_ scope: QuotaScope, _ metric: QuotaMetric) -> UInt64 {
        if let key = keys[scope]?[metric] { return key }
        let key = QuotaJournal.bucketKey("\(scope.name) \(metric.name)")
        keys[scope, default: [:]][metric] = key
        return key
    }
}
