import LLMGWCore
import LLMGWPolicy

/// Hears of every request that ended, once, and remembers what people and monitoring systems ask for. Neither prompt nor answer comes here.
@GatewayLoop
final class RequestObserver {
    private static let slowWindow = Duration.seconds(3600)
    private static let slowCapacity = 100

    let figures = RequestFigures()
    /// Writes the metrics; set once the gateway is complete.
    var render: @GatewayLoop (MetricsFormat) -> MetricsText = { MetricsWriter($0).finished() }
    private let events: EventBroadcaster
    private let scheduler: any LoopScheduler
    private let latencyBook = LatencyBook()
    private var slowLog = SlowLog<RequestRecord>(length: slowWindow, capacity: slowCapacity)

    init(events: EventBroadcaster, scheduler: any LoopScheduler) {
        self.events = events
        self.scheduler = scheduler
    }

    /// `model` is nil where the request named none that there is; `usage` is what an upstream counted for it.
    func note(_ execution: Execution, model: ModelSettings?, error: GatewayError?, usage: Usage?, info: ReplyInfo?) {
        let now = scheduler.now
        func record() -> RequestRecord {
            RequestRecord(execution, model: model?.name ?? "", error: error, usage: usage, info: info, now: now)
        }
        let total = now - execution.started
        slowLog.note(total, now: now, record)
        let isFailure = error.map { $0.code != .cancelled } ?? false
        events.publish(.request, isFailure ? .warning : .info, request: record())
        figures.note(execution, model: model, error: error, usage: usage, info: info, total: total)
        guard let model, let info, info.isNew, let latency = info.latency else { return }
        latencyBook.note(
            model: model.name, provider: info.provider ?? "", client: execution.caller?.client.name ?? "", latency,
            now: now)
    }

    func slowRequests() -> SlowRequestReport {
        let now = scheduler.now
        return SlowRequestReport(requests: slowLog.slowest(now: now), threshold: slowLog.threshold(now: now))
    }

    func latencies(by grouping: LatencyGrouping) -> LatencyReport {
        latencyBook.report(by: grouping, now: scheduler.now)
    }
}
