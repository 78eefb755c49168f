import LLMGWCore
import LLMGWPolicy

/// How long the requests of the last minutes took that an upstream answered, by model, provider and client.
@GatewayLoop
final class LatencyBook {
    private static let window = Duration.seconds(900)
    private static let slots = 3
    /// Clients that come and go must not fill the memory; a row takes at most 25 kB.
    private static let maxClients = 200

    private typealias Sketches = SlidingWindow<LatencySketch>

    private struct Row {
        var spans: [Sketches]

        mutating func add(_ durations: [Duration?], _ now: MonotonicInstant) {
            for (index, duration) in durations.enumerated() {
                guard let duration else { continue }
                spans[index].update(now: now) { $0.add(duration) }
            }
        }
    }

    private static let empty = Row(
        spans: Array(repeating: Sketches(length: window, slots: slots), count: LatencyRow.Span.shown.count))

    private var rows: [LatencyGrouping: [String: Row]] = [:]

    func note(model: String, provider: String, client: String, _ latency: Latency, now: MonotonicInstant) {
        let spans = [latency.total, latency.firstToken, latency.queue, latency.overhead]
        add(spans, .model, model, now)
        add(spans, .provider, provider, now)
        add(spans, .client, client, now)
    }

    private func add(_ spans: [Duration?], _ grouping: LatencyGrouping, _ name: String, _ now: MonotonicInstant) {
        guard !name.isEmpty, grouping != .client || hasRoom(for: name) else { return }
        rows[grouping, default: [:]][name, default: Self.empty].add(spans, now)
    }

    private func hasRoom(for client: String) -> Bool {
        guard let clients = rows[.client] else { return true }
        return clients[client] != nil || clients.count < Self.maxClients
    }

    func report(by grouping: LatencyGrouping, now: MonotonicInstant) -> LatencyReport {
        var report = LatencyReport(window: Self.window)
        for name in (rows[grouping] ?? [:]).keys.sorted() {
            for (index, span) in LatencyRow.Span.shown.enumerated() {
                guard let sketch = rows[grouping]?[name]?.spans[index].total(now: now) else { continue }
                report.rows.append(LatencyRow(name: name, span: span, sketch))
            }
        }
        return report
    }
}

extension LatencyRow.Span {
    fileprivate static let shown: [Self] = [.total, .firstToken, .queue, .overhead]
}

extension LatencyRow {
    fileprivate init(name: String, span: Span, _ sketch: LatencySketch) {
        self.init(name: name, span: span, count: sketch.count)
        guard sketch.count > 0 else { return }
        p50 = sketch.quantile(0.5)
        p95 = sketch.quantile(0.95)
        p99 = sketch.quantile(0.99)
        max = sketch.maximum
    }
}
