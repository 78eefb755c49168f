import LLMGWCore

// What was not there at the beginning of the window had counted nothing.
extension TopTable {
    init(_ view: TopView, _ history: TopHistory, _ sample: TopSample) {
        switch view {
        case .requests: self = .requests(sample)
        case .models: self = .models(history, sample)
        case .providers: self = .providers(history, sample)
        case .clients: self = sample.accounts == nil ? .users(history, sample) : .clients(history, sample)
        }
    }

    private static func requests(_ sample: TopSample) -> TopTable {
        TopTable(
            [
                Column(heading: "REQUEST", key: "request_id", isNumber: false, isWhole: true),
                Column(heading: "CLIENT", key: "client_name", isNumber: false),
                Column(heading: "UID", key: "uid"),
                Column(heading: "MODEL", key: "model", isNumber: false),
                Column(heading: "PROVIDER", key: "provider", isNumber: false),
                Column(heading: "PHASE", key: "phase", isNumber: false),
                Column(heading: "AGE", key: "age_us"),
                Column(heading: "LEFT", key: "remaining_us"),
                Column(heading: "SENT", key: "bytes_sent"),
                Column(heading: "OPERATION", key: "operation", isNumber: false),
            ],
            sample.requests.map { r in
                Row(
                    id: r.requestID,
                    cells: [
                        .text(r.requestID), .text(r.clientName), .count(UInt64(r.uid)), .text(r.model),
                        .text(r.provider), .text(r.phase.rawValue), .duration(r.age), .duration(r.remaining),
                        .bytes(r.bytesSent), .text(r.operation + (r.stream ? " (stream)" : "")),
                    ])
            })
    }

    private static func models(_ history: TopHistory, _ sample: TopSample) -> TopTable {
        TopTable(
            [
                Column(heading: "MODEL", key: "model", isNumber: false),
                Column(heading: "PROVIDER", key: "provider", isNumber: false),
                Column(heading: "REQ/S", key: "requests_per_second"),
                Column(heading: "TOK/S", key: "output_tokens_per_second"),
                Column(heading: "FIRST P50", key: "first_token_p50_us"),
                Column(heading: "P95", key: "first_token_p95_us"),
                Column(heading: "REQUESTS", key: "requests"),
                Column(heading: "FAILED", key: "failed"),
                Column(heading: "HITS", key: "hit_rate"),
                Column(heading: "IN FLIGHT", key: "in_flight"),
            ],
            knownModels(sample).map { model in
                let now: (TopSample) -> ModelStatus? = { $0.status.models.first { $0.name == model.name } }
                let first = sample.firstToken(.model, model.name)
                let cached = sample.cache?.models.first { $0.name == model.name }
                return Row(
                    id: model.name,
                    cells: [
                        .text(model.name), .text(model.provider), .rate(history.rate { now($0)?.counts.requests ?? 0 }),
                        .rate(history.rate { now($0)?.usage.outputTokens ?? 0 }), .duration(first?.p50),
                        .duration(first?.p95), .count(model.counts.requests), .count(model.counts.failed),
                        .share(cached?.counts.hitRate),
                        .count(UInt64(sample.requests.count { $0.model == model.name })),
                    ])
            })
    }

    /// Those of which something was counted, and those that are asked for the first time.
    private static func knownModels(_ sample: TopSample) -> [ModelStatus] {
        let counted = Set(sample.status.models.map(\.name))
        let running = Dictionary(
            sample.requests.map { ($0.model, $0.provider) }, uniquingKeysWith: { first, _ in first })
        return sample.status.models
            + running.filter { !$0.key.isEmpty && !counted.contains($0.key) }.map {
                ModelStatus(name: $0.key, provider: $0.value, counts: RequestCounts(), usage: Usage())
            }
    }

    private static func providers(_ history: TopHistory, _ sample: TopSample) -> TopTable {
        TopTable(
            [
                Column(heading: "PROVIDER", key: "provider", isNumber: false),
                Column(heading: "STATE", key: "state", isNumber: false),
                Column(heading: "ATTEMPTS/S", key: "attempts_per_second"),
                Column(heading: "IN FLIGHT", key: "in_flight"),
                Column(heading: "WAITING", key: "waiting"),
                Column(heading: "FAILING", key: "failing_share"),
                Column(heading: "FIRST P50", key: "first_token_p50_us"),
                Column(heading: "P95", key: "first_token_p95_us"),
                Column(heading: "ATTEMPTS", key: "attempts"),
                Column(heading: "FAILED", key: "failed"),
            ],
            sample.status.providers.map { provider in
                let now: (TopSample) -> ProviderStatus? = { $0.status.providers.first { $0.name == provider.name } }
                let first = sample.firstToken(.provider, provider.name)
                return Row(
                    id: provider.name,
                    cells: [
                        .text(provider.name), .text(state(of: provider.name, sample)),
                        .rate(history.rate { now($0)?.attempts ?? 0 }), .count(UInt64(provider.inFlight)),
                        .count(UInt64(provider.waiting)),
                        .share(history.share({ now($0)?.failures ?? 0 }, of: { now($0)?.attempts ?? 0 })),
                        .duration(first?.p50),
                        .duration(first?.p95), .count(provider.attempts), .count(provider.failures),
                    ])
            })
    }

    /// The one state of its deployments, or how many are in which.
    private static func state(of provider: String, _ sample: TopSample) -> String {
        let states = sample.deployments.filter { $0.provider == provider }.map(\.state.rawValue)
        let counts = Dictionary(states.map { ($0, 1) }, uniquingKeysWith: +).sorted {
            ($1.value, $0.key) < ($0.value, $1.key)
        }
        return counts.count == 1 ? counts[0].key : counts.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }

    private static func clients(_ history: TopHistory, _ sample: TopSample) -> TopTable {
        TopTable(
            [
                Column(heading: "CLIENT", key: "client", isNumber: false),
                Column(heading: "UID", key: "uid"),
                Column(heading: "REQ/S", key: "requests_per_second"),
                Column(heading: "TOK/S", key: "output_tokens_per_second"),
                Column(heading: "IN FLIGHT", key: "in_flight"),
                Column(heading: "WAITING", key: "waiting"),
                Column(heading: "FIRST P50", key: "first_token_p50_us"),
                Column(heading: "P95", key: "first_token_p95_us"),
                Column(heading: "REQUESTS", key: "requests"),
                Column(heading: "FAILED", key: "failed"),
                Column(heading: "COST", key: "costs"),
            ],
            (sample.accounts ?? []).map { client in
                let now: (TopSample) -> ClientAccount? = { $0.accounts?.first { $0.name == client.name } }
                let first = sample.firstToken(.client, client.name)
                return Row(
                    id: client.name,
                    cells: [
                        .text(client.name), .count(UInt64(client.uid)),
                        .rate(history.rate { $0.accounts == nil ? nil : now($0)?.counts.requests ?? 0 }),
                        .rate(history.rate { $0.accounts == nil ? nil : now($0)?.usage.outputTokens ?? 0 }),
                        .count(UInt64(client.inFlight)), .count(UInt64(client.waiting)), .duration(first?.p50),
                        .duration(first?.p95), .count(client.counts.requests), .count(client.counts.failed),
                        .costs(client.costs),
                    ])
            })
    }

    /// What is known of a user where the daemon keeps no accounts.
    private static func users(_ history: TopHistory, _ sample: TopSample) -> TopTable {
        TopTable(
            [
                Column(heading: "UID", key: "uid"),
                Column(heading: "CONNECTIONS", key: "connections"),
                Column(heading: "REQ/S", key: "requests_per_second"),
                Column(heading: "STREAMS", key: "streams"),
                Column(heading: "REQUESTS", key: "requests"),
            ],
            sample.status.clients.map { client in
                let now: (TopSample) -> ClientStatus? = { $0.status.clients.first { $0.uid == client.uid } }
                return Row(
                    id: "\(client.uid)",
                    cells: [
                        .count(UInt64(client.uid)), .count(UInt64(client.connections)),
                        .rate(history.rate { now($0)?.requests ?? 0 }), .count(UInt64(client.streams)),
                        .count(client.requests),
                    ])
            })
    }
}
