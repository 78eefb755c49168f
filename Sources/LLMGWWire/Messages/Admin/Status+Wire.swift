internal import CLLMGWProto
public import LLMGWCore

extension DaemonStatus: StructConvertible {
    init(_ c: Llmgw__V1__StatusReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            version: try name(c.version, path() + "version") ?? "",
            pid: c.pid, uptime: .milliseconds(c.uptime_ms),
            state: try word(c.state, path() + "state"),
            connections: c.connections, inFlight: c.in_flight,
            totals: RequestCounts(
                requests: c.requests, succeeded: c.succeeded, failed: c.failed, cancelled: c.cancelled),
            protocolErrors: c.protocol_errors, residentBytes: c.resident_bytes,
            providers: try list(c.n_providers, c.providers) { (p: Llmgw__V1__ProviderStatus, i) throws(MessageError) in
                try ProviderStatus(p, at: "\(path())providers[\(i)].")
            },
            models: try list(c.n_models, c.models) { (m: Llmgw__V1__ModelStatus, i) throws(MessageError) in
                try ModelStatus(m, at: "\(path())models[\(i)].")
            },
            clients: try list(c.n_clients, c.clients) { (client: Llmgw__V1__ClientStatus, _) in
                ClientStatus(
                    uid: client.uid, connections: client.connections, streams: client.streams, requests: client.requests
                )
            },
            pauses: try list(c.n_pauses, c.pauses) { (pause: Llmgw__V1__PauseStatus, i) throws(MessageError) in
                try PauseStatus(pause, at: "\(path())pauses[\(i)].")
            },
            waiting: c.waiting,
            cache: try c.cache.map { cache throws(MessageError) in
                try CacheCounts(cache.pointee, at: path() + "cache.")
            },
            costsToday: try costList(c.n_costs_today, c.costs_today, path() + "costs_today"),
            problems: try texts(c.n_problems, c.problems, path() + "problems"))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__StatusReply>, _ arena: ProtobufArena) {
        c.pointee.version = arena.string(version)
        assign(&c.pointee.has_pid, &c.pointee.pid, pid)
        assign(&c.pointee.has_uptime_ms, &c.pointee.uptime_ms, uptime.clampedMilliseconds)
        c.pointee.state = arena.string(state.rawValue)
        assign(&c.pointee.has_connections, &c.pointee.connections, connections)
        assign(&c.pointee.has_in_flight, &c.pointee.in_flight, inFlight)
        assign(&c.pointee.has_requests, &c.pointee.requests, totals.requests)
        assign(&c.pointee.has_succeeded, &c.pointee.succeeded, totals.succeeded)
        assign(&c.pointee.has_failed, &c.pointee.failed, totals.failed)
        assign(&c.pointee.has_cancelled, &c.pointee.cancelled, totals.cancelled)
        assign(&c.pointee.has_protocol_errors, &c.pointee.protocol_errors, protocolErrors)
        assign(&c.pointee.has_resident_bytes, &c.pointee.resident_bytes, residentBytes)
        c.pointee.n_providers = providers.count
        c.pointee.providers = arena.messages(providers) { $0.fill($1, arena) }
        c.pointee.n_models = models.count
        c.pointee.models = arena.messages(models) { $0.fill($1, arena) }
        c.pointee.n_clients = clients.count
        c.pointee.clients = arena.messages(clients) {
            (client, pointer: UnsafeMutablePointer<Llmgw__V1__ClientStatus>) in
            assign(&pointer.pointee.has_uid, &pointer.pointee.uid, client.uid)
            assign(&pointer.pointee.has_connections, &pointer.pointee.connections, client.connections)
            assign(&pointer.pointee.has_streams, &pointer.pointee.streams, client.streams)
            assign(&pointer.pointee.has_requests, &pointer.pointee.requests, client.requests)
        }
        c.pointee.n_pauses = pauses.count
        c.pointee.pauses = arena.messages(pauses) { $0.fill($1, arena) }
        assign(&c.pointee.has_waiting, &c.pointee.waiting, waiting)
        c.pointee.cache = cache.map { $0.pointer(arena) }
        c.pointee.n_costs_today = costsToday.count
        c.pointee.costs_today = arena.messages(costsToday) { $0.fill($1, arena) }
        c.pointee.n_problems = problems.count
        c.pointee.problems = arena.bytesList(problems)
    }
}

extension ProviderStatus {
    init(_ c: Llmgw__V1__ProviderStatus, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            name: try LLMGWWire.name(c.name, path() + "name") ?? "",
            kind: try LLMGWWire.name(c.kind, path() + "kind") ?? "",
            baseURL: try LLMGWWire.name(c.base_url, path() + "base_url") ?? "",
            inFlight: c.in_flight, waiting: c.waiting, maxConcurrency: c.max_concurrency,
            attempts: c.attempts, failures: c.failures)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ProviderStatus>, _ arena: ProtobufArena) {
        c.pointee.name = arena.string(name)
        c.pointee.kind = arena.string(kind)
        c.pointee.base_url = arena.string(baseURL)
        assign(&c.pointee.has_in_flight, &c.pointee.in_flight, inFlight)
        assign(&c.pointee.has_waiting, &c.pointee.waiting, waiting)
        assign(&c.pointee.has_max_concurrency, &c.pointee.max_concurrency, maxConcurrency)
        assign(&c.pointee.has_attempts, &c.pointee.attempts, attempts)
        assign(&c.pointee.has_failures, &c.pointee.failures, failures)
    }
}

extension ModelStatus {
    init(_ c: Llmgw__V1__ModelStatus, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            name: try LLMGWWire.name(c.name, path() + "name") ?? "",
            provider: try LLMGWWire.name(c.provider, path() + "provider") ?? "",
            counts: RequestCounts(
                requests: c.requests, succeeded: c.succeeded, failed: c.failed, cancelled: c.cancelled),
            usage: c.usage.map { Usage($0.pointee) } ?? Usage())
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ModelStatus>, _ arena: ProtobufArena) {
        c.pointee.name = arena.string(name)
        c.pointee.provider = arena.string(provider)
        assign(&c.pointee.has_requests, &c.pointee.requests, counts.requests)
        assign(&c.pointee.has_succeeded, &c.pointee.succeeded, counts.succeeded)
        assign(&c.pointee.has_failed, &c.pointee.failed, counts.failed)
        assign(&c.pointee.has_cancelled, &c.pointee.cancelled, counts.cancelled)
        c.pointee.usage = usage.pointer(arena)
    }
}
