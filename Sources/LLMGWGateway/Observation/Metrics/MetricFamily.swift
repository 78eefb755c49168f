/// A metric by its name: what it counts, and by what.
struct MetricFamily: Sendable {
    enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// As in samples: a counter's ends in "_total".
    let name: String
    let kind: Kind
    let labels: [String]
    let help: String

    init(_ name: String, _ kind: Kind, _ labels: [String], _ help: String) {
        precondition((kind == .counter) == name.hasSuffix("_total"), "counters, and only they, end in _total")
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
    }
}

extension MetricFamily {
    // MARK: The conventions of OpenTelemetry for generative AI

    private static let operation = ["gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model"]

    static let operationDuration = MetricFamily(
        "gen_ai_client_operation_duration_seconds", .histogram, operation + ["error_type"],
        "Requests that were not answered from the cache, from their last byte to their end.")
    static let timeToFirstChunk = MetricFamily(
        "gen_ai_client_operation_time_to_first_chunk_seconds", .histogram, operation,
        "Streams: from handing the request to the upstream to its first content.")
    static let timePerChunk = MetricFamily(
        "gen_ai_client_operation_time_per_output_chunk_seconds", .histogram, operation,
        "Streams: from a chunk of the answer to the next one.")
    static let tokenUsage = MetricFamily(
        "gen_ai_client_token_usage", .histogram, operation + ["gen_ai_token_type"],
        "Tokens of a request, as the upstream counted them.")

    // MARK: Requests

    static let requests = MetricFamily(
        "llmgw_requests_total", .counter, ["operation", "provider", "model", "outcome"],
        "Requests that ended: ok, failed or cancelled.")
    static let requestFailures = MetricFamily(
        "llmgw_request_failures_total", .counter, ["reason"],
        "Requests that did not succeed, by the reason they were told.")
    static let admissionRejected = MetricFamily(
        "llmgw_admission_rejected_total", .counter, ["reason"],
        "Of these, those that the gateway itself did not let go upstream.")
    static let requestsInFlight = MetricFamily(
        "llmgw_requests_in_flight", .gauge, ["operation"], "Requests that have not ended, waiting ones included.")
    static let queueDepth = MetricFamily(
        "llmgw_queue_depth", .gauge, ["priority"], "Requests that wait for quota or a place.")
    static let queueWait = MetricFamily(
        "llmgw_queue_wait_seconds", .histogram, "How long requests waited that an upstream answered.")
    static let overhead = MetricFamily(
        "llmgw_overhead_seconds", .histogram,
        "The gateway's own time for a request: without waiting and without the upstream.")
    static let tokens = MetricFamily(
        "llmgw_tokens_total", .counter, ["provider", "model", "type"],
        "Tokens, as the upstreams counted them; cache_read is part of input, reasoning of output.")
    static let estimatedTokens = MetricFamily(
        "llmgw_estimated_tokens_total", .counter, ["provider", "model", "type"],
        "Tokens of attempts whose upstream told no count, as the gateway estimates them; they are in no other metric.")
    static let estimateRatio = MetricFamily(
        "llmgw_token_estimate_ratio", .histogram, ["type"],
        "What an upstream counted, divided by what was expected and reserved; nine in ten answers should stay below 1.")
    static let cost = MetricFamily(
        "llmgw_cost_total", .counter, ["provider", "model", "currency"],
        "What answers cost, where the model has a price.")
    static let failovers = MetricFamily(
        "llmgw_failovers_total", .counter, ["from", "to"], "Requests to one model that another one answered.")

    // MARK: Upstreams

    static let attempts = MetricFamily(
        "llmgw_upstream_attempts_total", .counter, ["provider", "outcome"],
        "Requests sent to the provider: failed by its fault, or ok.")
    static let retries = MetricFamily(
        "llmgw_upstream_retries_total", .counter, ["provider"],
        "Attempts after the first one, of requests that ended at the provider.")
    static let hedges = MetricFamily(
        "llmgw_hedges_total", .counter, ["model", "outcome"],
        "Second attempts beside slow ones, of models that have them: won, lost, failed, cancelled, or withheld.")
    static let deploymentFailures = MetricFamily(
        "llmgw_deployment_failures_total", .counter, ["provider", "model", "deployment", "reason"],
        "Attempts that failed by the upstream's fault.")
    static let providerInFlight = MetricFamily(
        "llmgw_provider_requests_in_flight", .gauge, ["provider"], "Requests that have a place at the provider.")
    static let rateLimitRemaining = MetricFamily(
        "llmgw_provider_ratelimit_remaining", .gauge, ["provider", "limit"],
        "What is left of a provider's limit, configured or learned; of several upstream models the one with the least.")
    static let providerUp = MetricFamily(
        "llmgw_provider_up", .gauge, ["provider"], "1 where one of its deployments may be asked now.")
    static let providerBreaker = MetricFamily(
        "llmgw_provider_breaker_state", .gauge, ["provider", "state"], "1 for the state in which its breaker is.")
    static let deploymentBreaker = MetricFamily(
        "llmgw_deployment_breaker_state", .gauge, ["provider", "model", "deployment", "state"],
        "1 for the state in which its breaker is.")
    static let breakerOpenings = MetricFamily(
        "llmgw_breaker_openings_total", .counter, ["scope"], "How often the breaker opened.")
    static let upstreamConnections = MetricFamily(
        "llmgw_upstream_connections", .gauge, ["provider"], "Connections that are open for it, idle ones included.")
    static let connectionsOpened = MetricFamily(
        "llmgw_upstream_connections_opened_total", .counter, ["provider"],
        "Connections that were made and took a request.")
    static let connectionsReused = MetricFamily(
        "llmgw_upstream_connections_reused_total", .counter, ["provider"],
        "Requests that found a connection which was there.")
    static let connectTime = MetricFamily(
        "llmgw_upstream_connect_seconds", .histogram, ["provider", "phase"],
        "How long the steps of making these connections took: looking up the name, TCP, TLS where there is any.")
    static let upstreamBytes = MetricFamily(
        "llmgw_upstream_bytes_total", .counter, ["provider", "direction"],
        "Bytes of the bodies of requests, once they are over, and of answers, as they come.")

    // MARK: Cache, budgets, alerts

    static let cacheAnswers = MetricFamily(
        "llmgw_cache_answers_total", .counter, ["result"], "How requests fared with the cache.")
    static let cacheHits = MetricFamily("llmgw_cache_hits_total", .counter, ["tier"], "Entries found in the tier.")
    static let cacheMisses = MetricFamily(
        "llmgw_cache_misses_total", .counter, ["tier"], "Entries not found in the tier.")
    static let cacheEvictions = MetricFamily(
        "llmgw_cache_evictions_total", .counter, ["tier"], "Entries removed because there was no room.")
    static let cacheEntries = MetricFamily("llmgw_cache_entries", .gauge, ["tier"], "Entries in the tier.")
    static let cacheBytes = MetricFamily("llmgw_cache_bytes", .gauge, ["tier"], "What they take.")
    static let budgetSpent = MetricFamily(
        "llmgw_budget_spent", .gauge, ["scope", "period", "currency"], "Of the budget's present period.")
    static let budgetLimit = MetricFamily(
        "llmgw_budget_limit", .gauge, ["scope", "period", "currency"], "Where the budget stops requests.")
    static let alertFiring = MetricFamily("llmgw_alert_firing", .gauge, ["alert", "severity"], "1 where it fires.")

    // MARK: The daemon

    static let buildInfo = MetricFamily("llmgw_build_info", .gauge, ["version"], "Always 1.")
    static let draining = MetricFamily("llmgw_draining", .gauge, "1 when the daemon comes to its end.")
    static let pauses = MetricFamily("llmgw_pauses", .gauge, "How many pauses are in force.")
    static let problems = MetricFamily("llmgw_storage_problems", .gauge, "Files of the daemon that are out of use.")
    static let storageWaiting = MetricFamily(
        "llmgw_store_queue_length", .gauge, ["store"],
        "What waits for the threads of a file, or for the file to work again.")
    static let storageDropped = MetricFamily(
        "llmgw_store_dropped_total", .counter, ["store", "reason"],
        "What is not in the file although it should be: the queue was full, or the file failed.")
    static let storageErrors = MetricFamily(
        "llmgw_store_errors_total", .counter, ["store"], "How often the file could not be opened, read or written.")
    static let storageTime = MetricFamily(
        "llmgw_store_op_seconds", .histogram, ["store", "op"],
        "How long its threads took for what they did at once; a write has all that waited for it.")
    static let logRecords = MetricFamily(
        "llmgw_log_messages_total", .counter, ["level"],
        "Lines or entries of the daemon's log, those that were lost included.")
    static let logLost = MetricFamily(
        "llmgw_log_lost_total", .counter, "Of these, those that neither the journal nor standard error took.")
    static let events = MetricFamily("llmgw_events_total", .counter, ["kind"], "What `llmgw-ctl events` tells.")
    static let loopLag = MetricFamily(
        "llmgw_loop_lag_seconds", .histogram,
        "How much later than planned the gateway's loop came to a clock; looked at once a second while programs are connected."
    )
    static let connections = MetricFamily("llmgw_client_connections", .gauge, "Connections of programs.")
    static let clientFrames = MetricFamily(
        "llmgw_client_frames_total", .counter, ["type", "direction"],
        "Frames of the protocol, sent to programs and received from them.")
    static let clientBytes = MetricFamily(
        "llmgw_client_bytes_total", .counter, ["direction"], "Bytes of these frames, with their headers.")
    static let protocolErrors = MetricFamily(
        "llmgw_client_protocol_errors_total", .counter, ["kind"], "Connections closed for a violation of the protocol.")
    static let reloads = MetricFamily(
        "llmgw_config_reloads_total", .counter, ["outcome"], "Reloads of the configuration: applied or refused.")
    static let lastReloadSuccess = MetricFamily(
        "llmgw_config_last_reload_success", .gauge, "0 where the last reload was refused.")
    static let lastReload = MetricFamily(
        "llmgw_config_last_reload_timestamp_seconds", .gauge,
        "When the configuration in force was read, in seconds since 1970.")
    static let startTime = MetricFamily(
        "process_start_time_seconds", .gauge, "When the process began, in seconds since 1970.")
    static let cpu = MetricFamily("process_cpu_seconds_total", .counter, "Processor time, of user and system.")
    static let residentMemory = MetricFamily(
        "process_resident_memory_bytes", .gauge, "Memory that the process occupies.")
    static let openFiles = MetricFamily("process_open_fds", .gauge, "Descriptors that are open.")
    static let maxFiles = MetricFamily("process_max_fds", .gauge, "How many may be.")

    /// In the order of the exposition, and of the reference.
    static let groups: [(title: String, families: [MetricFamily])] = [
        ("Generative AI", [operationDuration, timeToFirstChunk, timePerChunk, tokenUsage]),
        (
            "Requests",
            [
                requests, requestFailures, admissionRejected, requestsInFlight, queueDepth, queueWait, overhead, tokens,
                estimatedTokens, estimateRatio, cost, failovers,
            ]
        ),
        (
            "Upstreams",
            [
                attempts, retries, hedges, deploymentFailures, providerInFlight, rateLimitRemaining, providerUp,
                providerBreaker,
                deploymentBreaker, breakerOpenings, upstreamConnections, connectionsOpened, connectionsReused,
                connectTime, upstreamBytes,
            ]
        ),
        (
            "Cache, budgets, alerts",
            [
                cacheAnswers, cacheHits, cacheMisses, cacheEvictions, cacheEntries, cacheBytes, budgetSpent,
                budgetLimit,
                alertFiring,
            ]
        ),
        (
            "The daemon",
            [
                buildInfo, draining, pauses, problems, storageWaiting, storageDropped, storageErrors, storageTime,
                logRecords, logLost, events, loopLag, connections, clientFrames, clientBytes, protocolErrors,
                reloads, lastReloadSuccess,
                lastReload, startTime, cpu, residentMemory, openFiles, maxFiles,
            ]
        ),
    ]

    private init(_ name: String, _ kind: Kind, _ help: String) { self.init(name, kind, [], help) }
}
