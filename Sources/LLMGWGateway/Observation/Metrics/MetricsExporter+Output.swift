import LLMGWHost
import LLMGWStorage
import Logging

/// What goes to files, and to the log.
extension MetricsExporter {
    func storage(_ writer: inout MetricsWriter) {
        let stores: [(name: String, figures: StorageFigures)] = [
            ("ledger", state.usageBook.ledger?.figures), ("cache", generation.cache.disk?.figures),
        ].compactMap { name, figures in figures.map { (name, $0) } }
        writer.add(.storageWaiting, stores.map { ([$0.name], Double($0.figures.waiting)) })
        writer.add(
            .storageDropped,
            stores.flatMap { name, figures in
                [("queue_full", figures.status.refused), ("file_failed", figures.status.lost)].map {
                    ([name, $0.0], Double($0.1))
                }
            })
        writer.add(.storageErrors, stores.map { ([$0.name], Double($0.figures.status.errors)) })
        writer.add(
            .storageTime,
            stores.flatMap { name, figures in
                [([name, "read"], figures.reads), ([name, "write"], figures.writes)]
            })
    }

    func log(_ writer: inout MetricsWriter) {
        let records = state.logFigures.records
        writer.add(.logRecords, Logger.Level.allCases.map { ([$0.rawValue], Double(records[$0] ?? 0)) })
        writer.add(.logLost, Double(state.logFigures.lost))
    }
}
