import LLMGWCore
import LLMGWPolicy
import LLMGWWire

/// Puts the metrics together, at the moment somebody asks for them.
@GatewayLoop
struct MetricsExporter {
    private static let admissionReasons: [ErrorReason] = [
        .modelNotAllowed, .queueFull, .gatewayQuotaExhausted, .exceedsLimit, .budgetExhausted, .paused,
    ]

    let state: GatewayState
    let generation: GatewayGeneration

    private var figures: RequestFigures { state.observer.figures }
    private var registry: DeploymentRegistry { generation.registry }

    func render(_ format: MetricsFormat) -> MetricsText {
        var writer = MetricsWriter(format)
        figures.declare(generation.configuration)
        requests(&writer)
        upstreams(&writer)
        connections(&writer)
        cache(&writer)
        daemon(&writer)
        return writer.finished()
    }

    private func requests(_ writer: inout MetricsWriter) {
        writer.add(.operationDuration, rows(figures.durations, \.labels))
        writer.add(.timeToFirstChunk, rows(figures.firstChunks, \.labels))
        writer.add(.timePerChunk, rows(chunkTimes, \.labels))
        writer.add(.tokenUsage, rows(figures.tokenUsage, \.labels))
        writer.add(
            .requests,
            figures.requests.sorted { $0.key.labels.lexicographicallyPrecedes($1.key.labels) }.flatMap {
                target, counts in
                [("ok", counts.succeeded), ("failed", counts.failed), ("cancelled", counts.cancelled)].map {
                    (target.labels + [$0.0], Double($0.1))
                }
            })
        writer.add(.requestFailures, rows(figures.failures) { [$0.name] })
        writer.add(
            .admissionRejected, Self.admissionReasons.map { ([$0.name], Double(figures.failures[$0] ?? 0)) })
        let calls = state.calls.all.filter { $0.method.service == "Gateway" }
        writer.add(
            .requestsInFlight,
            ["batch", "chat", "complete", "embed"].map { operation in
                ([operation], Double(calls.count { $0.method.operation.lowercased() == operation }))
            })
        let queues = state.quotaInspection?.queues().queues ?? []
        writer.add(
            .queueDepth,
            Priority.allCases.map { priority in
                (["\(priority)"], Double(queues.filter { $0.priority == priority }.reduce(0) { $0 + $1.waiting }))
            })
        writer.add(.queueWait, [([], figures.queueWait)])
        writer.add(.overhead, [([], figures.overhead)])
        writer.add(.tokens, rows(figures.tokens) { [$0.target.provider, $0.target.model, $0.type] })
        writer.add(
            .estimatedTokens, rows(figures.estimatedTokens) { [$0.target.provider, $0.target.model, $0.type] })
        let forecasts = state.desk.forecasts
        writer.add(.estimateRatio, [(["input"], forecasts.inputRatio), (["output"], forecasts.outputRatio)])
        writer.add(
            .cost,
            rows(figures.costs) { [$0.provider, $0.model, $0.currency] }.map { ($0.labels, $0.value / 1_000_000) })
        writer.add(.failovers, rows(figures.failovers) { [$0.from, $0.to] })
    }

    private func upstreams(_ writer: inout MetricsWriter) {
        let now = state.scheduler.now
        let providers = registry.providers.values.sorted { $0.settings.name < $1.settings.name }
        let deployments = registry.all
        writer.add(
            .attempts,
            providers.flatMap { provider -> [([String], Double)] in
                let name = provider.settings.name
                let counts = state.statistics.attempts(provider: name)
                return [
                    ([name, "ok"], Double(counts.attempts - counts.failures)),
                    ([name, "failed"], Double(counts.failures)),
                ]
            })
        writer.add(.retries, rows(figures.retries) { [$0] })
        let hedged = registry.models.values.map(\.settings).filter { $0.hedgeAfter != nil }.map(\.name).sorted()
        writer.add(
            .hedges,
            hedged.flatMap { model in
                HedgeOutcome.allCases.map {
                    ([model, $0.rawValue], Double(state.statistics.hedges(model: model, $0)))
                }
            })
        writer.add(
            .deploymentFailures,
            deployments.flatMap { deployment in
                rows(deployment.figures.failures) { labels(deployment) + [$0.name] }
            })
        writer.add(
            .providerInFlight,
            providers.map { ([$0.settings.name], Double(state.desk.inFlight(provider: $0.settings.name))) })
        writer.add(.rateLimitRemaining, remainingLimits)
        let open = Set(deployments.filter { registry.opening(of: $0, now: now) <= now }.map(\.settings.provider))
        writer.add(.providerUp, providers.map { ([$0.settings.name], open.contains($0.settings.name) ? 1 : 0) })
        writer.add(
            .providerBreaker, providers.flatMap { states([$0.settings.name], $0.breaker?.snapshot(now: now).state) })
        writer.add(
            .deploymentBreaker, deployments.flatMap { states(labels($0), $0.breaker?.snapshot(now: now).state) })
        writer.add(
            .breakerOpenings,
            providers.map { ([$0.scope], Double($0.openings)) } + deployments.map { ([$0.scope], Double($0.openings)) })
    }

    private func cache(_ writer: inout MetricsWriter) {
        let statistics = state.cacheInspection?.statistics()
        let total = statistics?.total ?? CacheCounts()
        writer.add(
            .cacheAnswers,
            [
                (["hit"], Double(total.hits)), (["miss"], Double(total.misses)), (["stale"], Double(total.stale)),
                (["coalesced"], Double(total.coalesced)), (["bypass"], Double(total.bypassed)),
            ])
        let tiers = statistics?.tiers ?? []
        func each(_ value: (CacheTierStatus) -> UInt64) -> [(labels: [String], value: Double)] {
            tiers.map { ([$0.name.rawValue], Double(value($0))) }
        }
        writer.add(.cacheHits, each(\.hits))
        writer.add(.cacheMisses, each(\.misses))
        writer.add(.cacheEvictions, each(\.evictions))
        writer.add(.cacheEntries, each(\.entries))
        writer.add(.cacheBytes, each(\.bytes))
        let budgets = state.quotaInspection?.budgets() ?? []
        func each(_ cost: (BudgetStatus) -> Cost?) -> [(labels: [String], value: Double)] {
            budgets.compactMap { budget in
                cost(budget).map {
                    ([budget.scope, budget.period.rawValue, $0.currency], Double($0.micros) / 1_000_000)
                }
            }
        }
        writer.add(.budgetSpent, each(\.spent))
        writer.add(.budgetLimit, each(\.stop))
        writer.add(
            .alertFiring,
            generation.monitor.statuses.map { ([$0.name, $0.severity.rawValue], $0.state == .firing ? 1 : 0) })
    }

    private func daemon(_ writer: inout MetricsWriter) {
        writer.add(.buildInfo, [([Version.current], 1)])
        writer.add(.draining, state.isDraining ? 1 : 0)
        writer.add(.pauses, Double(state.pauses.statuses.count))
        writer.add(.problems, Double(state.storageProblems.count))
        storage(&writer)
        log(&writer)
        writer.add(
            .events, GatewayEvent.Kind.all.map { ([$0.rawValue], Double(state.events.counts[$0] ?? 0)) })
        writer.add(.loopLag, [([], state.connections.lag)])
        writer.add(.connections, Double(state.connections.count))
        frames(&writer)
        writer.add(
            .reloads,
            [(["applied"], Double(state.reloads.applied)), (["refused"], Double(state.reloads.refused))])
        writer.add(.lastReloadSuccess, state.reloads.lastWasRefused ? 0 : 1)
        writer.add(.lastReload, Double(state.reloads.lastRead) / 1000)
        let process = ProcessFigures.current(startedAt: state.startedAt)
        writer.add(.startTime, process.started)
        writer.add(.cpu, process.cpuSeconds)
        writer.add(.residentMemory, Double(process.residentBytes))
        writer.add(.openFiles, Double(process.openFiles))
        writer.add(.maxFiles, Double(process.maxFiles))
    }

    /// Those too that no stream has come to yet.
    private var chunkTimes: [RequestFigures.Target: Histogram] {
        figures.firstChunks.mapValues { _ in RequestFigures.seconds }
            .merging(state.statistics.chunkTimes.entries.mapValues(\.histogram)) { $1 }
    }

    /// Of each provider and limit the least that is left.
    private var remainingLimits: [(labels: [String], value: Double)] {
        var least: [[String]: Int] = [:]
        for (scope, status) in state.desk.statuses() {
            guard let provider = scope.provider, let limit = status.effective else { continue }
            let left = max(0, limit - status.used - status.reserved)
            let labels = [provider, status.metric.setting]
            least[labels] = min(left, least[labels] ?? left)
        }
        return rows(least) { $0 }
    }

    // MARK: Rows in a stable order

    private func labels(_ deployment: Deployment) -> [String] {
        [deployment.settings.provider, deployment.model, deployment.settings.name]
    }

    private func states(_ labels: [String], _ state: BreakerState?) -> [(labels: [String], value: Double)] {
        // Where breakers are off there is no state.
        guard let state else { return [] }
        return BreakerState.allCases.map { (labels + [$0.rawValue], $0 == state ? 1 : 0) }
    }

    private func rows<Key>(
        _ values: [Key: some BinaryInteger], _ labels: (Key) -> [String]
    ) -> [(labels: [String], value: Double)] {
        values.map { (labels($0.key), Double($0.value)) }.sorted { $0.labels.lexicographicallyPrecedes($1.labels) }
    }

    private func rows<Key>(
        _ values: [Key: Histogram], _ labels: (Key) -> [String]
    ) -> [(labels: [String], histogram: Histogram)] {
        values.map { (labels($0.key), $0.value) }.sorted { $0.labels.lexicographicallyPrecedes($1.labels) }
    }
}

extension RequestObserver: RequestObservation {
    func metrics(_ format: MetricsFormat) -> MetricsText { render(format) }
}

extension QuotaScope {
    /// The provider whose limit it is; nil for limits of models, deployments and clients.
    fileprivate var provider: String? {
        switch self {
        case .provider(let name), .upstream(let name, _): name
        case .model, .deployment, .client, .clientModel: nil
        }
    }
}
