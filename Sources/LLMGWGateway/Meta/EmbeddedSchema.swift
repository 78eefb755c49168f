import LLMGWCore

/// The contract, as GetSchema gives it out. Written by scripts/make-schema.py; do not edit.
enum EmbeddedSchema {
    static let files = [
        SchemaFile(
            name: "llmgw/v1/admin.proto",
            text: #"""
                // What an administrator looks at and acts on. Each method is authorised by itself, by the caller's uid and gid.
                syntax = "proto2";

                package llmgw.v1;

                import "llmgw/v1/cache.proto";
                import "llmgw/v1/host.proto";
                import "llmgw/v1/types.proto";

                service Admin {
                  // Method 0x0301. Everybody; callers who are not administrators see the clients of their own uid only.
                  rpc Status(StatusRequest) returns (StatusReply);
                  // Method 0x0302. Everybody; callers who are not administrators see the requests of their own uid only.
                  rpc ListRequests(ListRequestsRequest) returns (ListRequestsReply);
                  // Method 0x0303. One's own uid's requests, or any for an administrator.
                  rpc CancelRequest(CancelRequestRequest) returns (CancelRequestReply);
                  // Method 0x0304. Administrators.
                  rpc GetConfig(GetConfigRequest) returns (GetConfigReply);
                  // Method 0x0305. Everybody.
                  rpc ListDeployments(ListDeploymentsRequest) returns (ListDeploymentsReply);
                  // Method 0x0306. Everybody.
                  rpc ListBreakers(ListBreakersRequest) returns (ListBreakersReply);
                  // Method 0x0307. Administrators.
                  rpc SetBreaker(SetBreakerRequest) returns (SetBreakerReply);
                  // Asks every deployment of a model, or of all, for one token. Method 0x0308. Administrators. DATA frames carry TestResult.
                  rpc TestModels(TestModelsRequest) returns (TestModelsReply);
                  // How a request came to its end. Method 0x0309. One's own uid's requests, or any for an administrator.
                  rpc Explain(ExplainRequest) returns (ExplainReply);
                  // Method 0x030a. Everybody.
                  rpc ListAlerts(ListAlertsRequest) returns (ListAlertsReply);
                }

                message StatusRequest {}

                message ProviderStatus {
                  optional string name = 1;
                  optional string kind = 2;
                  // Without query and user information.
                  optional string base_url = 3;
                  optional uint32 in_flight = 4;
                  // Waiting for a place at this provider.
                  optional uint32 waiting = 5;
                  // 0 means no limit.
                  optional uint32 max_concurrency = 6;
                  optional uint64 attempts = 7;
                  optional uint64 failures = 8;
                }

                message ModelStatus {
                  optional string name = 1;
                  optional string provider = 2;
                  optional uint64 requests = 3;
                  optional uint64 succeeded = 4;
                  optional uint64 failed = 5;
                  optional uint64 cancelled = 6;
                  optional Usage usage = 7;
                }

                message ClientStatus {
                  optional uint32 uid = 1;
                  optional uint32 connections = 2;
                  optional uint32 streams = 3;
                  optional uint64 requests = 4;
                }

                message StatusReply {
                  optional string version = 1;
                  optional uint32 pid = 2;
                  optional uint64 uptime_ms = 3;
                  // "serving", "paused" (everything is) or "draining".
                  optional string state = 4;
                  optional uint32 connections = 5;
                  optional uint32 in_flight = 6;
                  optional uint64 requests = 7;
                  optional uint64 succeeded = 8;
                  optional uint64 failed = 9;
                  optional uint64 cancelled = 10;
                  // Connections closed for a violation of the protocol.
                  optional uint64 protocol_errors = 11;
                  // Bytes of memory the process occupies.
                  optional uint64 resident_bytes = 12;
                  repeated ProviderStatus providers = 13;
                  repeated ModelStatus models = 14;
                  repeated ClientStatus clients = 15;
                  repeated PauseStatus pauses = 16;
                  // Requests that wait for quota.
                  optional uint32 waiting = 17;
                  // Absent where there is no cache.
                  optional CacheCounts cache = 18;
                  // Since midnight UTC, in each currency. Only for administrators.
                  repeated Cost costs_today = 19;
                  // What is out of use though the daemon goes on: a sentence each. UTF-8.
                  repeated bytes problems = 20;
                }

                message ListRequestsRequest {}

                message RequestStatus {
                  optional string request_id = 1;
                  optional string operation = 2;
                  optional string model = 3;
                  optional string provider = 4;
                  // "waiting", "connecting", "waiting for first token", "streaming", "finishing".
                  optional string phase = 5;
                  optional uint64 age_ms = 6;
                  // Until the deadline; absent where there is none.
                  optional uint64 remaining_ms = 7;
                  optional uint32 uid = 8;
                  optional uint32 pid = 9;
                  // What the client called itself in its HELLO. A claim, not an identity.
                  optional string client_name = 10;
                  repeated Label labels = 11;
                  optional bool stream = 12;
                  optional uint64 bytes_sent = 13;
                }

                message ListRequestsReply {
                  repeated RequestStatus requests = 1;
                }

                message CancelRequestRequest {
                  optional string request_id = 1;
                }

                message CancelRequestReply {
                  // False where no such request is in flight (any more).
                  optional bool found = 1;
                }

                message GetConfigRequest {}

                message ConfigSetting {
                  // "providers.openai.base_url".
                  optional string key = 1;
                  // As TOML; secrets are masked. UTF-8.
                  optional bytes value = 2;
                  // "file" or "default".
                  optional string source = 3;
                }

                message GetConfigReply {
                  optional string path = 1;
                  repeated ConfigSetting settings = 2;
                }

                message ListDeploymentsRequest {}

                // How often one reason was why.
                message FailureCount {
                  // As in Status.reason.
                  optional string reason = 1;
                  optional uint64 count = 2;
                }

                // One way to a model: a provider with its address and key, and the model's name there. Counters start at 0 with the daemon;
                // rate and quantiles are those of the last minutes.
                message DeploymentStatus {
                  optional string model = 1;
                  // Unique within the model.
                  optional string name = 2;
                  optional string provider = 3;
                  optional string upstream_model = 4;
                  // "healthy"; "slow start": takes a growing part after its recovery; "ejected": fails more than its peers; "gated": the
                  // upstream named a time; "open": its breaker, or its provider's, lets nothing through; "paused": an operator has paused its provider.
                  optional string state = 5;
                  // As in BreakerStatus.state, or "off".
                  optional string breaker = 6;
                  // Until the gate opens; absent where there is none.
                  optional uint64 gated_ms = 7;
                  optional uint32 in_flight = 8;
                  optional double weight = 9;
                  // 0 is asked first.
                  optional uint32 priority = 10;
                  optional uint64 requests = 11;
                  optional uint64 successes = 12;
                  optional uint64 failures = 13;
                  // The failures by reason, the most frequent first.
                  repeated FailureCount failure_counts = 14;
                  // 0 to 1; absent where nothing was asked.
                  optional double success_rate = 15;
                  // All three, or none where there was no success. The same for total_*.
                  optional uint64 first_token_p50_us = 16;
                  optional uint64 first_token_p95_us = 17;
                  optional uint64 first_token_p99_us = 18;
                  optional uint64 total_p50_us = 19;
                  optional uint64 total_p95_us = 20;
                  optional uint64 total_p99_us = 21;
                }

                message ListDeploymentsReply {
                  repeated DeploymentStatus deployments = 1;
                }

                message ListBreakersRequest {}

                // What keeps requests from an upstream that fails.
                message BreakerStatus {
                  // "provider/NAME" or "deployment/MODEL/NAME".
                  optional string scope = 1;
                  // "closed", "open", "half-open", "forced-open", "forced-closed".
                  optional string state = 2;
                  // Of the calls in the window, 0 to 1; absent where there is none.
                  optional double failure_rate = 3;
                  optional double slow_rate = 4;
                  // Calls in the window.
                  optional uint32 calls = 5;
                  optional uint32 consecutive_failures = 6;
                  // How often it opened since the daemon started.
                  optional uint64 opens = 7;
                  // Until it lets a probe through; absent where it is not open.
                  optional uint64 remaining_ms = 8;
                  // Who forced it; absent, as the next two are, where nobody did.
                  optional string forced_by = 9;
                  // UTF-8.
                  optional bytes forced_reason = 10;
                  // Absent: until somebody resets it.
                  optional uint64 forced_remaining_ms = 11;
                }

                message ListBreakersReply {
                  repeated BreakerStatus breakers = 1;
                }

                enum BreakerAction {
                  BREAKER_ACTION_UNSPECIFIED = 0;
                  // Closes it, forgets its window, and ends what was forced.
                  BREAKER_ACTION_RESET = 1;
                  // Lets nothing through.
                  BREAKER_ACTION_FORCE_OPEN = 2;
                  // Lets everything through, whatever fails.
                  BREAKER_ACTION_FORCE_CLOSED = 3;
                }

                message SetBreakerRequest {
                  // As in BreakerStatus.scope.
                  optional string scope = 1;
                  optional BreakerAction action = 2;
                  // Why, for other people: one line. UTF-8.
                  optional bytes reason = 3;
                  // How long it stays forced; absent: until somebody resets it. Not with a reset.
                  optional uint64 ttl_ms = 4;
                }

                message SetBreakerReply {
                  // False where there is no such breaker.
                  optional bool found = 1;
                }

                message TestModelsRequest {
                  // A model's name or alias; absent means all.
                  optional string model = 1;
                }

                // One deployment's answer, as soon as it is known.
                message TestResult {
                  optional string model = 1;
                  optional string deployment = 2;
                  optional string provider = 3;
                  optional Status status = 4;
                  optional uint64 duration_us = 5;
                  // Absent where no content came.
                  optional uint64 first_token_us = 6;
                }

                message TestModelsReply {
                  optional uint32 ok = 1;
                  optional uint32 failed = 2;
                }

                message ExplainRequest {
                  optional string request_id = 1;
                }

                // One decision on the way of a request.
                message TraceStep {
                  // Since the request began.
                  optional uint64 at_us = 1;
                  optional string model = 2;
                  optional string deployment = 3;
                  // "attempt", "retry", "fallback", "wait", "reject", "canned", "hedge".
                  optional string decision = 4;
                  // For people: why it was decided; neither prompt nor key. UTF-8.
                  optional bytes detail = 5;
                  optional uint64 wait_us = 6;
                  // How it failed, as in Status.reason; absent where it did not.
                  optional string reason = 7;
                  optional uint32 http_status = 8;
                  optional uint64 duration_us = 9;
                }

                message RequestTrace {
                  optional string request_id = 1;
                  // "Chat", "Embed", …
                  optional string operation = 2;
                  optional string model = 3;
                  optional uint32 uid = 4;
                  optional uint64 started_ms_ago = 5;
                  repeated TraceStep steps = 6;
                  // How it ended, as in Status.reason; absent where it succeeded, or still runs.
                  optional string reason = 7;
                  // True while it has no end.
                  optional bool running = 8;
                }

                message ExplainReply {
                  // False where no such request is remembered, or it is another uid's.
                  optional bool found = 1;
                  optional RequestTrace trace = 2;
                }

                message ListAlertsRequest {}

                // One threshold of the configuration, on one model or provider.
                message AlertStatus {
                  optional string name = 1;
                  // "warning" or "critical".
                  optional string severity = 2;
                  // "ok" or "firing".
                  optional string state = 3;
                  // What is measured: "success rate", for example.
                  optional string metric = 4;
                  // Of what: "provider/NAME", "model/NAME" or "deployment/MODEL/NAME".
                  optional string subject = 5;
                  // Absent where nothing was measured yet.
                  optional double value = 6;
                  optional double threshold = 7;
                  // How long it has been in this state.
                  optional uint64 since_ms = 8;
                }

                message ListAlertsReply {
                  repeated AlertStatus alerts = 1;
                }

                """#),
        SchemaFile(
            name: "llmgw/v1/cache.proto",
            text: #"""
                // What the shared cache holds, what it saves, and what it is to forget.
                syntax = "proto2";

                package llmgw.v1;

                import "llmgw/v1/types.proto";

                service Cache {
                  // Method 0x0501. Everybody; other clients' rates only for administrators.
                  rpc GetCacheStats(GetCacheStatsRequest) returns (GetCacheStatsReply);
                  // Method 0x0502. Own uid's entries; all for administrators. The answer itself only for administrators.
                  rpc GetCacheEntry(GetCacheEntryRequest) returns (GetCacheEntryReply);
                  // Method 0x0503. Administrators.
                  rpc PurgeCache(PurgeCacheRequest) returns (PurgeCacheReply);
                }

                message GetCacheStatsRequest {}

                // How requests fared. Counters start at 0 with the daemon.
                message CacheCounts {
                  optional uint64 hits = 1;
                  optional uint64 misses = 2;
                  optional uint64 stale = 3;
                  optional uint64 coalesced = 4;
                  // Not asked: the request, or the configuration, did not want it.
                  optional uint64 bypassed = 5;
                  // Of the hits, those of the semantic cache, and those of an error that is remembered.
                  optional uint64 semantic_hits = 6;
                  optional uint64 negative_hits = 7;
                  // What hits, stale and coalesced answers would have taken and cost upstream.
                  optional uint64 saved_ms = 8;
                  // In each currency.
                  repeated Cost saved_costs = 9;
                }

                // The counts of one model or client.
                message CacheCountsOf {
                  optional string name = 1;
                  optional CacheCounts counts = 2;
                }

                // Where entries are.
                message CacheTierStatus {
                  // "memory", "disk" or "semantic".
                  optional string name = 1;
                  // "on", "off", "opening": what it holds is not known yet; or "failed": it was put out of use because of `problem`.
                  optional string state = 2;
                  // For people. UTF-8.
                  optional bytes problem = 3;
                  optional uint64 entries = 4;
                  optional uint64 bytes = 5;
                  // 0 means no limit.
                  optional uint64 max_entries = 6;
                  optional uint64 max_bytes = 7;
                  // Of this tier: what misses in memory may hit on disk.
                  optional uint64 hits = 8;
                  optional uint64 misses = 9;
                  // Removed because there was no room, and because their time was over.
                  optional uint64 evictions = 10;
                  optional uint64 expirations = 11;
                  // How entries are chosen that have to go: "s3-fifo", for example.
                  optional string policy = 12;
                  // Absent where there is none.
                  optional string path = 13;
                }

                message GetCacheStatsReply {
                  optional CacheCounts total = 1;
                  repeated CacheTierStatus tiers = 2;
                  // The most requests first; at most 1,000 of each.
                  repeated CacheCountsOf models = 3;
                  repeated CacheCountsOf clients = 4;
                }

                message GetCacheEntryRequest {
                  // As in ReplyInfo.cache_key.
                  optional string key = 1;
                  // The answer too.
                  optional bool with_reply = 2;
                }

                // One answer, and what is known of it.
                message CacheEntry {
                  optional string key = 1;
                  // Who gets it: "uid/NUMBER", "group/NUMBER" or "shared".
                  optional string scope = 2;
                  optional string model = 3;
                  optional string provider = 4;
                  // "Chat", "Complete" or "Embed".
                  optional string operation = 5;
                  // In which tiers it is.
                  repeated string tiers = 6;
                  optional uint64 age_ms = 7;
                  // How long it stays fresh; absent where it no longer is.
                  optional uint64 fresh_ms = 8;
                  // Until it is removed.
                  optional uint64 expires_ms = 9;
                  optional uint64 bytes = 10;
                  optional uint64 hits = 11;
                  repeated string tags = 12;
                  // As in Status.reason, where the answer is an error; absent where it is a reply.
                  optional string reason = 13;
                  optional Usage usage = 14;
                  optional Cost cost = 15;
                  // The reply message of `operation`, serialised; absent where it was not asked for.
                  optional bytes reply = 16;
                }

                message GetCacheEntryReply {
                  // False where there is no such entry, or it is another uid's.
                  optional bool found = 1;
                  optional CacheEntry entry = 2;
                }

                // Which entries are meant.
                enum CachePurgeTarget {
                  CACHE_PURGE_TARGET_UNSPECIFIED = 0;
                  CACHE_PURGE_TARGET_KEY = 1;
                  CACHE_PURGE_TARGET_MODEL = 2;
                  CACHE_PURGE_TARGET_TAG = 3;
                  CACHE_PURGE_TARGET_CLIENT = 4;
                  CACHE_PURGE_TARGET_ALL = 5;
                  // Those whose time is over, which would go by and by.
                  CACHE_PURGE_TARGET_EXPIRED = 6;
                }

                message PurgeCacheRequest {
                  optional CachePurgeTarget target = 1;
                  // The key, model or tag; the client by its name, its section's, its uid, or its scope ("uid/NUMBER", "group/NUMBER",
                  // "shared"); absent with the other targets.
                  optional string value = 2;
                }

                // What was removed from one tier.
                message CachePurgeCount {
                  optional string tier = 1;
                  optional uint64 entries = 2;
                  optional uint64 bytes = 3;
                }

                message PurgeCacheReply {
                  repeated CachePurgeCount removed = 1;
                }

                """#),
        SchemaFile(
            name: "llmgw/v1/gateway.proto",
            text: #"""
                // What programs come for: inference.
                syntax = "proto2";

                package llmgw.v1;

                import "llmgw/v1/types.proto";

                service Gateway {
                  // A conversation's next message. Method 0x0201. With `stream`, DATA frames carry ChatChunk.
                  rpc Chat(ChatRequest) returns (ChatReply);
                  // The continuation of a plain prompt. Method 0x0202. With `stream`, DATA frames carry CompleteChunk.
                  rpc Complete(CompleteRequest) returns (CompleteReply);
                  // Vectors for texts. Method 0x0203. Small concurrent calls for one model share an upstream call.
                  rpc Embed(EmbedRequest) returns (EmbedReply);
                  // Many chats in one call. Method 0x0204. DATA frames carry BatchEvent, results in the order of the items.
                  rpc Batch(BatchRequest) returns (BatchReply);
                  // The models that the caller may use. Method 0x0205.
                  rpc ListModels(ListModelsRequest) returns (ListModelsReply);
                }

                // How the model chooses its words. An absent field is left out of the upstream request.
                message Sampling {
                  optional double temperature = 1;
                  optional double top_p = 2;
                  // At most this many tokens of output.
                  optional uint32 max_tokens = 3;
                  // UTF-8 each.
                  repeated bytes stop = 4;
                  optional int64 seed = 5;
                  optional double presence_penalty = 6;
                  optional double frequency_penalty = 7;
                  // How many alternatives to generate.
                  optional uint32 n = 8;
                  repeated LogitBias logit_bias = 9;
                  // The caller's end user, as the upstream wants it told.
                  optional string user = 10;
                }

                message LogitBias {
                  // A token id in the model's vocabulary, as text.
                  optional string token = 1;
                  optional double bias = 2;
                }

                // A function that the model may call.
                message Tool {
                  optional string name = 1;
                  // UTF-8.
                  optional bytes description = 2;
                  // A JSON Schema object.
                  optional bytes parameters = 3;
                  optional bool strict = 4;
                }

                // Which tool the model uses.
                message ToolChoice {
                  enum Mode {
                    MODE_UNSPECIFIED = 0;
                    AUTO = 1;
                    NONE = 2;
                    REQUIRED = 3;
                    // The tool named in `name`.
                    NAMED = 4;
                  }
                  optional Mode mode = 1;
                  optional string name = 2;
                }

                // The form of the answer.
                message ResponseFormat {
                  enum Kind {
                    KIND_UNSPECIFIED = 0;
                    TEXT = 1;
                    JSON_OBJECT = 2;
                    // As `schema` says.
                    JSON_SCHEMA = 3;
                  }
                  optional Kind kind = 1;
                  optional string name = 2;
                  // A JSON Schema object.
                  optional bytes schema = 3;
                  optional bool strict = 4;
                  // UTF-8.
                  optional bytes description = 5;
                }

                message ChatRequest {
                  // A model's name or alias; absent means the configured default.
                  optional string model = 1;
                  repeated Message messages = 2;
                  optional Sampling sampling = 3;
                  repeated Tool tools = 4;
                  optional ToolChoice tool_choice = 5;
                  optional bool parallel_tool_calls = 6;
                  optional ResponseFormat response_format = 7;
                  // A JSON object whose members reach the upstream untouched. A member that repeats a field above is refused.
                  optional bytes extra = 8;
                  optional bool stream = 9;
                }

                // Why the model stopped.
                enum FinishReason {
                  FINISH_REASON_UNSPECIFIED = 0;
                  FINISH_REASON_STOP = 1;
                  FINISH_REASON_LENGTH = 2;
                  FINISH_REASON_TOOL_CALLS = 3;
                  FINISH_REASON_CONTENT_FILTER = 4;
                  // Something the gateway has no word for; `finish_detail` holds the upstream's.
                  FINISH_REASON_OTHER = 5;
                }

                // One alternative answer.
                message ChatChoice {
                  optional uint32 index = 1;
                  // UTF-8. Absent where the model answered with tool calls alone.
                  optional bytes text = 2;
                  repeated ToolCall tool_calls = 3;
                  optional FinishReason finish_reason = 4;
                  optional string finish_detail = 5;
                  // What the model said instead of an answer, where the upstream tells it apart. UTF-8.
                  optional bytes refusal = 6;
                  // Reasoning text, where the upstream shows it. UTF-8.
                  optional bytes reasoning = 7;
                }

                // The whole answer; after a stream, the choices carry only how they ended.
                message ChatReply {
                  repeated ChatChoice choices = 1;
                  optional Usage usage = 2;
                  optional ReplyInfo info = 3;
                }

                // A piece of one choice.
                message ChatChunk {
                  optional uint32 index = 1;
                  // UTF-8; chunks never split a character.
                  optional bytes text = 2;
                  repeated ToolCall tool_calls = 3;
                  optional FinishReason finish_reason = 4;
                  optional string finish_detail = 5;
                  optional bytes refusal = 6;
                  optional bytes reasoning = 7;
                }

                message CompleteRequest {
                  optional string model = 1;
                  // UTF-8.
                  optional bytes prompt = 2;
                  optional Sampling sampling = 3;
                  // Text after the gap that the model is to fill. UTF-8.
                  optional bytes suffix = 4;
                  optional bool echo = 5;
                  // As in ChatRequest.
                  optional bytes extra = 6;
                  optional bool stream = 7;
                }

                message CompleteChoice {
                  optional uint32 index = 1;
                  // UTF-8.
                  optional bytes text = 2;
                  optional FinishReason finish_reason = 3;
                  optional string finish_detail = 4;
                }

                // The whole answer; after a stream, the choices carry only how they ended.
                message CompleteReply {
                  repeated CompleteChoice choices = 1;
                  optional Usage usage = 2;
                  optional ReplyInfo info = 3;
                }

                // A piece of one choice.
                message CompleteChunk {
                  optional uint32 index = 1;
                  optional bytes text = 2;
                  optional FinishReason finish_reason = 3;
                  optional string finish_detail = 4;
                }

                message EmbedRequest {
                  optional string model = 1;
                  // UTF-8 each.
                  repeated bytes inputs = 2;
                  optional uint32 dimensions = 3;
                  optional string user = 4;
                  // As in ChatRequest. A call with `extra` is not merged with others.
                  optional bytes extra = 5;
                }

                message Embedding {
                  repeated float values = 1 [packed = true];
                }

                message EmbedReply {
                  // One for each input, in order.
                  repeated Embedding embeddings = 1;
                  // For the caller's own part. A merged call divides the upstream's count by the inputs' bytes.
                  optional Usage usage = 2;
                  optional ReplyInfo info = 3;
                  // How many callers shared the upstream call; 1 means that this one was alone.
                  optional uint32 merged_calls = 4;
                }

                message BatchRequest {
                  // `stream` is ignored in the items.
                  repeated ChatRequest items = 1;
                  // Items in flight at once; 0 or absent means the daemon's default, which is also the most.
                  optional uint32 max_concurrency = 2;
                }

                // The outcome of one item. Exactly one of `reply` and a `status` that is not OK matters.
                message BatchResult {
                  optional uint32 index = 1;
                  optional Status status = 2;
                  optional ChatReply reply = 3;
                }

                message BatchProgress {
                  optional uint32 total = 1;
                  optional uint32 succeeded = 2;
                  optional uint32 failed = 3;
                }

                // Progress comes whenever an item ends; results come in the order of the items.
                message BatchEvent {
                  oneof kind {
                    BatchProgress progress = 1;
                    BatchResult result = 2;
                  }
                }

                message BatchReply {
                  optional BatchProgress progress = 1;
                  // The sum over the items that the upstream counted.
                  optional Usage usage = 2;
                }

                message ListModelsRequest {}

                message ModelInfo {
                  optional string name = 1;
                  repeated string aliases = 2;
                  optional string provider = 3;
                  optional string upstream_model = 4;
                  // Tokens.
                  optional uint32 context_length = 5;
                  repeated string capabilities = 6;
                  optional bool is_default = 7;
                }

                message ListModelsReply {
                  repeated ModelInfo models = 1;
                }

                """#),
        SchemaFile(
            name: "llmgw/v1/host.proto",
            text: #"""
                // What the person in charge of the host does to the daemon, and watches.
                syntax = "proto2";

                package llmgw.v1;

                import "llmgw/v1/types.proto";

                service Host {
                  // Reads the configuration anew: all of it, or nothing. Method 0x0601. Administrators.
                  rpc Reload(ReloadRequest) returns (ReloadReply);
                  // Lets what runs come to its end, then ends the daemon, as SIGTERM does. Method 0x0602. Administrators.
                  rpc Drain(DrainRequest) returns (DrainReply);
                  // Starts no more requests until Resume. Method 0x0603. Administrators.
                  rpc Pause(PauseRequest) returns (PauseReply);
                  // Method 0x0604. Administrators.
                  rpc Resume(ResumeRequest) returns (ResumeReply);
                  // What happens from now on. Method 0x0605. Everybody; other uids' requests only for administrators. DATA frames carry Event. It ends
                  // well after `timeout_ms`; without, it does not end by itself.
                  rpc WatchEvents(WatchEventsRequest) returns (WatchEventsReply);
                  // The slowest of the last requests. Method 0x0606. Own uid's requests; all for administrators.
                  rpc ListSlowRequests(ListSlowRequestsRequest) returns (ListSlowRequestsReply);
                  // Method 0x0607. Everybody; other clients only for administrators.
                  rpc GetLatency(GetLatencyRequest) returns (GetLatencyReply);
                  // What a monitoring system collects. Method 0x0608. Administrators.
                  rpc GetMetrics(GetMetricsRequest) returns (GetMetricsReply);
                  // Lets the program that lies on the disk now take the daemon's place, without a pause. It ends when that one serves, or cannot.
                  // Method 0x0609. Administrators.
                  rpc Upgrade(UpgradeRequest) returns (UpgradeReply);
                }

                message ReloadRequest {
                  // Reads and compares, and changes nothing.
                  optional bool dry_run = 1;
                }

                // A setting whose value is another one now.
                message SettingChange {
                  // "providers.openai.base_url".
                  optional string key = 1;
                  // As TOML, secrets masked; absent where the setting was, or is, not there. UTF-8.
                  optional bytes old_value = 2;
                  optional bytes new_value = 3;
                  // True: it takes effect with the daemon's next start.
                  optional bool needs_restart = 4;
                }

                // A mistake in the configuration.
                message SettingProblem {
                  optional string file = 1;
                  // Absent where the whole file is meant.
                  optional uint32 line = 2;
                  optional string key = 3;
                  // UTF-8.
                  optional bytes message = 4;
                }

                message ReloadReply {
                  // False where there are problems, or with `dry_run`: the daemon goes on as before.
                  optional bool applied = 1;
                  repeated SettingChange changes = 2;
                  repeated SettingProblem problems = 3;
                  // The file that was read.
                  optional string path = 4;
                }

                message DrainRequest {
                  // How long what runs may take; absent means `server.drain_timeout`.
                  optional uint64 grace_ms = 1;
                }

                message DrainReply {
                  // How many requests it waits for.
                  optional uint32 in_flight = 1;
                  optional uint64 grace_ms = 2;
                }

                message UpgradeRequest {
                  // How long the new daemon may take until it serves; absent means 30 s.
                  optional uint64 timeout_ms = 1;
                }

                message UpgradeReply {
                  // False where there are problems: the daemon goes on as before.
                  optional bool done = 1;
                  // Of the new daemon, as far as it has come.
                  optional uint32 pid = 2;
                  optional string version = 3;
                  // Why it could not take over. UTF-8.
                  repeated bytes problems = 4;
                  // How many requests the old daemon brings to their end, and for how long at most.
                  optional uint32 in_flight = 5;
                  optional uint64 grace_ms = 6;
                }

                // What is paused, by whom, and for how long.
                message PauseStatus {
                  // "all", "provider/NAME", "model/NAME" or "client/NAME".
                  optional string scope = 1;
                  // Who paused it.
                  optional string by = 2;
                  // UTF-8.
                  optional bytes reason = 3;
                  // Absent: until somebody resumes it.
                  optional uint64 remaining_ms = 4;
                  // As in PauseRequest.
                  optional bool refuse = 5;
                }

                message PauseRequest {
                  // As in PauseStatus; absent means "all".
                  optional string scope = 1;
                  // Why, for other people: one line. UTF-8.
                  optional bytes reason = 2;
                  // Absent: until somebody resumes it.
                  optional uint64 ttl_ms = 3;
                  // True: requests end at once with `llmgw.gateway.paused`. Else they wait, as long as queue and deadline allow.
                  optional bool refuse = 4;
                }

                message PauseReply {
                  // False where there is no such scope.
                  optional bool found = 1;
                  // Everything that is paused now.
                  repeated PauseStatus pauses = 2;
                }

                message ResumeRequest {
                  // As in PauseStatus; absent ends every pause.
                  optional string scope = 1;
                }

                message ResumeReply {
                  // False where nothing of the kind was paused.
                  optional bool found = 1;
                  // Everything that is paused still.
                  repeated PauseStatus pauses = 2;
                }

                // Absent and empty fields let everything through; an event has to meet all the others.
                message WatchEventsRequest {
                  // As in Event.kind; at most 32.
                  repeated string kinds = 1;
                  // Nothing less severe.
                  optional string min_severity = 2;
                  optional string client = 3;
                  optional string model = 4;
                  optional string provider = 5;
                  // Of requests, only those that failed.
                  optional bool failures_only = 6;
                }

                // What happened.
                message Event {
                  // Rises by 1 with every event of the daemon, also those that the caller does not see.
                  optional uint64 sequence = 1;
                  // Milliseconds since 1970.
                  optional int64 unix_ms = 2;
                  // "request" (one ended), "breaker", "alert", "quota", "budget", "cache", "reload", "pause", "drain" or "admin".
                  optional string kind = 3;
                  // "info", "notice", "warning" or "error".
                  optional string severity = 4;
                  // What it is about: "provider/NAME", "model/NAME", "deployment/MODEL/NAME", "client/NAME".
                  optional string subject = 5;
                  // For people: neither prompt nor key. UTF-8.
                  optional bytes message = 6;
                  // Where it is about a request.
                  optional RequestRecord request = 7;
                  // More, by the kind of the event: "from" and "to" of a breaker, for example.
                  repeated Label details = 8;
                  // How many events before this one are missing because the reader was too slow.
                  optional uint64 dropped = 9;
                }

                // A request that has ended.
                message RequestRecord {
                  optional string request_id = 1;
                  optional string operation = 2;
                  optional string model = 3;
                  optional string provider = 4;
                  optional string client = 5;
                  optional uint32 uid = 6;
                  optional Priority priority = 7;
                  // As in Status.reason; absent where it succeeded.
                  optional string reason = 8;
                  optional uint32 attempts = 9;
                  optional Latency latency = 10;
                  optional Usage usage = 11;
                  optional Cost cost = 12;
                  optional CacheState cache = 13;
                  // When it began. Milliseconds since 1970.
                  optional int64 started_unix_ms = 14;
                  optional bool stream = 15;
                }

                message WatchEventsReply {
                  optional uint64 delivered = 1;
                  optional uint64 dropped = 2;
                }

                message ListSlowRequestsRequest {
                  // Absent or 0 means all that are remembered.
                  optional uint32 max = 1;
                }

                message ListSlowRequestsReply {
                  // The slowest first; at most 1,000.
                  repeated RequestRecord requests = 1;
                  // What takes as long is remembered.
                  optional uint64 threshold_ms = 2;
                }

                // What one row of GetLatencyReply stands for.
                enum LatencyGrouping {
                  LATENCY_GROUPING_UNSPECIFIED = 0;
                  LATENCY_GROUPING_MODEL = 1;
                  LATENCY_GROUPING_PROVIDER = 2;
                  LATENCY_GROUPING_CLIENT = 3;
                }

                message GetLatencyRequest {
                  // Absent means by model.
                  optional LatencyGrouping by = 1;
                }

                // One span of the requests of one model, provider or client.
                message LatencyRow {
                  optional string name = 1;
                  // "total", "first token", "queue" or "overhead", as in Latency.
                  optional string span = 2;
                  optional uint64 count = 3;
                  // Absent where `count` is 0.
                  optional uint64 p50_us = 4;
                  optional uint64 p95_us = 5;
                  optional uint64 p99_us = 6;
                  optional uint64 max_us = 7;
                }

                message GetLatencyReply {
                  repeated LatencyRow rows = 1;
                  // How far back the rows reach; absent: to the daemon's start.
                  optional uint64 window_ms = 2;
                }

                enum MetricsFormat {
                  METRICS_FORMAT_UNSPECIFIED = 0;
                  METRICS_FORMAT_PROMETHEUS = 1;
                  METRICS_FORMAT_OPENMETRICS = 2;
                }

                message GetMetricsRequest {
                  // Absent means PROMETHEUS.
                  optional MetricsFormat format = 1;
                }

                message GetMetricsReply {
                  // As HTTP would say it.
                  optional string content_type = 1;
                  // UTF-8.
                  optional bytes text = 2;
                }

                """#),
        SchemaFile(
            name: "llmgw/v1/meta.proto",
            text: #"""
                // What the daemon says about itself.
                syntax = "proto2";

                package llmgw.v1;

                import "llmgw/v1/wire.proto";

                service Meta {
                  // Method 0x0101. Answers through the whole stack, unlike the PING frame, which tests the connection only.
                  rpc Ping(PingRequest) returns (PingReply);
                  // Method 0x0102.
                  rpc GetInfo(GetInfoRequest) returns (GetInfoReply);
                  // Method 0x0103. The .proto files this daemon was built from.
                  rpc GetSchema(GetSchemaRequest) returns (GetSchemaReply);
                }

                message PingRequest {
                  // Returned unchanged.
                  optional bytes payload = 1;
                }

                message PingReply {
                  optional bytes payload = 1;
                }

                message GetInfoRequest {}

                message MethodInfo {
                  optional uint32 number = 1;
                  // "llmgw.v1.Gateway/Chat".
                  optional string name = 2;
                }

                message GetInfoReply {
                  optional string version = 1;
                  optional uint32 protocol_major = 2;
                  optional uint32 protocol_minor = 3;
                  repeated string features = 4;
                  repeated MethodInfo methods = 5;
                  optional Limits limits = 6;
                }

                message GetSchemaRequest {}

                message SchemaFile {
                  // "llmgw/v1/gateway.proto".
                  optional string name = 1;
                  // UTF-8.
                  optional bytes text = 2;
                }

                message GetSchemaReply {
                  repeated SchemaFile files = 1;
                }

                """#),
        SchemaFile(
            name: "llmgw/v1/quota.proto",
            text: #"""
                // What programs may use together, what they have used, and who waits for it.
                syntax = "proto2";

                package llmgw.v1;

                import "llmgw/v1/types.proto";

                // Whose limits, queues, use and budgets these are: callers who are not administrators see providers and models, and of the clients
                // those of their own uid.
                service Quota {
                  // Method 0x0401. Everybody; other clients only for administrators.
                  rpc ListLimits(ListLimitsRequest) returns (ListLimitsReply);
                  // Method 0x0402. Own uid's clients; all for administrators.
                  rpc ListQueues(ListQueuesRequest) returns (ListQueuesReply);
                  // Method 0x0403. Own uid's clients; all for administrators.
                  rpc ListClients(ListClientsRequest) returns (ListClientsReply);
                  // What the ledger has. Method 0x0404. Own uid's clients; all for administrators.
                  rpc GetUsage(GetUsageRequest) returns (GetUsageReply);
                  // Method 0x0405. Own uid's clients; all for administrators.
                  rpc ListBudgets(ListBudgetsRequest) returns (ListBudgetsReply);
                }

                message ListLimitsRequest {}

                // One bucket.
                message LimitStatus {
                  // "provider/NAME", "deployment/MODEL/NAME", "model/NAME", "client/NAME" or "client/NAME/model/NAME".
                  optional string scope = 1;
                  // "requests/min", "requests/day", "tokens/min", "input tokens/min", "output tokens/min" or "concurrency".
                  optional string kind = 2;
                  // What the configuration says, or the provider; absent where nobody said and the gateway is finding out.
                  optional uint64 limit = 3;
                  // What is granted at present: less than `limit` while it is learned, for safety, or after the provider complained.
                  optional uint64 effective_limit = 4;
                  // Settled within the window.
                  optional uint64 used = 5;
                  // Granted, and not settled.
                  optional uint64 reserved = 6;
                  // Used beyond the limit because an estimate was too low: it has to be made up for before anything is granted.
                  optional uint64 debt = 7;
                  // Until everything is free again if nothing more is used; absent where there is nothing to wait for.
                  optional uint64 resets_ms = 8;
                  // Until the gate opens that the provider's answer closed; absent where there is none.
                  optional uint64 gate_ms = 9;
                  // Whence the limit is known: "configured", "provider" (its answers say so) or "learned".
                  optional string source = 10;
                }

                message ListLimitsReply {
                  repeated LimitStatus limits = 1;
                }

                message ListQueuesRequest {}

                // One client's requests that wait in one band.
                message QueueStatus {
                  optional string client = 1;
                  optional uint32 uid = 2;
                  optional Priority priority = 3;
                  optional uint32 waiting = 4;
                  // 0 means no limit.
                  optional uint32 max_waiting = 5;
                  // How long the oldest has waited; absent where none waits.
                  optional uint64 oldest_ms = 6;
                  // What the client has used, in weighted tokens: the smallest of a band is served next.
                  optional double virtual_tokens = 7;
                  optional double weight = 8;
                }

                message ListQueuesReply {
                  repeated QueueStatus queues = 1;
                  // All clients together, also those that the caller does not see.
                  optional uint32 waiting = 2;
                  optional uint32 max_waiting = 3;
                }

                message ListClientsRequest {}

                // One client: who it is, what it may, and what it does. Counters start at 0 with the daemon.
                message ClientAccount {
                  // As the configuration calls it, else the user's name, else "uid/NUMBER".
                  optional string name = 1;
                  optional uint32 uid = 2;
                  optional uint32 gid = 3;
                  // Which entry of [clients] applies, or "default".
                  optional string policy = 4;
                  optional double weight = 5;
                  // The best it gets.
                  optional Priority priority = 6;
                  optional uint32 connections = 7;
                  optional uint32 in_flight = 8;
                  optional uint32 waiting = 9;
                  optional uint64 requests = 10;
                  optional uint64 succeeded = 11;
                  optional uint64 failed = 12;
                  optional uint64 cancelled = 13;
                  optional Usage usage = 14;
                  // In each currency.
                  repeated Cost costs = 15;
                  // Of one of its processes, where they are readable. Labels, not an identity.
                  optional string unit = 16;
                  optional string executable = 17;
                  // The models that it may use; none means all.
                  repeated string models = 18;
                }

                message ListClientsReply {
                  repeated ClientAccount clients = 1;
                }

                // What one row of GetUsageReply stands for.
                enum UsageGrouping {
                  USAGE_GROUPING_UNSPECIFIED = 0;
                  USAGE_GROUPING_CLIENT = 1;
                  USAGE_GROUPING_MODEL = 2;
                  USAGE_GROUPING_PROVIDER = 3;
                  // Of UTC.
                  USAGE_GROUPING_DAY = 4;
                }

                message GetUsageRequest {
                  // At most one of each; none gives one row.
                  repeated UsageGrouping by = 1;
                  // Milliseconds since 1970, the first included, the second not. Absent: as far as the ledger reaches.
                  optional int64 from_unix_ms = 2;
                  optional int64 to_unix_ms = 3;
                  // Only these, where they are not absent.
                  optional string client = 4;
                  optional string model = 5;
                  optional string provider = 6;
                  // Absent or 0 means the most there can be, which is 10,000.
                  optional uint32 max_rows = 7;
                }

                // What was used. The fields of what the rows are not grouped by are absent.
                message UsageRow {
                  optional string client = 1;
                  optional string model = 2;
                  optional string provider = 3;
                  // "2026-11-21".
                  optional string day = 4;
                  optional uint64 requests = 5;
                  optional uint64 succeeded = 6;
                  optional uint64 failed = 7;
                  optional uint64 cancelled = 8;
                  // Of the requests, those that the cache answered: they used nothing.
                  optional uint64 cached = 9;
                  // What the upstreams counted.
                  optional Usage usage = 10;
                  // What was estimated for requests whose upstream did not count.
                  optional Usage estimated_usage = 11;
                  optional uint64 estimated_requests = 12;
                  // In each currency.
                  repeated Cost costs = 13;
                  // Requests to models without a price: the costs lack them.
                  optional uint64 unpriced_requests = 14;
                }

                message GetUsageReply {
                  // The greatest use first; by day, the oldest first.
                  repeated UsageRow rows = 1;
                  // True where there are more rows than `max_rows`.
                  optional bool truncated = 2;
                  // The range that was added up; where the request left it open, what the ledger has.
                  optional int64 from_unix_ms = 3;
                  optional int64 to_unix_ms = 4;
                }

                message ListBudgetsRequest {}

                // What may be spent in a period, and what was.
                message BudgetStatus {
                  // "client/NAME" or "provider/NAME".
                  optional string scope = 1;
                  // "day" or "month", of UTC.
                  optional string period = 2;
                  optional Cost spent = 3;
                  // Granted, and not settled.
                  optional Cost reserved = 4;
                  // From here on an alert says so; absent where nothing does.
                  optional Cost warn = 5;
                  // From here on nothing is granted; absent where nothing stops.
                  optional Cost stop = 6;
                  // "ok", "warning", "refusing" (a request was to cost more than is left) or "exhausted".
                  optional string state = 7;
                  // Until the period's end.
                  optional uint64 ends_ms = 8;
                  // Attempts of the period at models without a price: `spent` lacks them.
                  optional uint64 unpriced_requests = 9;
                }

                message ListBudgetsReply {
                  repeated BudgetStatus budgets = 1;
                }

                """#),
        SchemaFile(
            name: "llmgw/v1/types.proto",
            text: #"""
                // Values that several services share: messages, content, usage, and what a reply says about how it was made.
                //
                // House rules, checked by scripts/check-proto.py:
                //   * proto2, every singular field optional: presence is real and identical in C, Swift and Python.
                //   * Text that people or models wrote, and JSON, travels as `bytes` holding UTF-8: protobuf-c keeps the length of
                //     `bytes`, while a `string` ends at its first NUL. Names and identifiers are `string`.
                //   * No message contains itself, directly or through others: protobuf-c unpacks recursively without a limit.
                //   * A number, once given, is never used again for anything else.
                syntax = "proto2";

                package llmgw.v1;

                // A name and a value chosen by the caller. Labels appear in `llmgw-ctl requests`; never put secrets in them.
                message Label {
                  optional string key = 1;
                  optional string value = 2;
                }

                // Who wrote a message.
                enum Role {
                  ROLE_UNSPECIFIED = 0;
                  ROLE_SYSTEM = 1;
                  ROLE_USER = 2;
                  ROLE_ASSISTANT = 3;
                  ROLE_TOOL = 4;
                  ROLE_FUNCTION = 5;
                }

                // A picture in a message.
                message ImagePart {
                  // An http(s) URL or a `data:` URL. UTF-8.
                  optional bytes url = 1;
                  // "auto", "low" or "high"; absent means the upstream's own default.
                  optional string detail = 2;
                }

                // One piece of a message's content. Exactly one field is set.
                message ContentPart {
                  oneof kind {
                    // UTF-8.
                    bytes text = 1;
                    ImagePart image = 2;
                    // A JSON object in the upstream's own form (audio, file, …); it is passed on unchanged.
                    bytes json = 3;
                  }
                }

                // A function call that a model asks for. In a ChatChunk, the pieces of one call share `index`: the first piece carries
                // id and name, and the `arguments` pieces are to be joined in order.
                message ToolCall {
                  optional uint32 index = 1;
                  optional string id = 2;
                  optional string name = 3;
                  // The arguments as JSON text, exactly as the model wrote them (a model may write invalid JSON). UTF-8.
                  optional bytes arguments = 4;
                }

                // One turn of a conversation. Either `text` or `parts` is set, never both; neither means null content.
                message Message {
                  optional Role role = 1;
                  // UTF-8.
                  optional bytes text = 2;
                  repeated ContentPart parts = 3;
                  // Who speaks, where several speakers share a role; the function's name for ROLE_FUNCTION.
                  optional string name = 4;
                  // For ROLE_TOOL: the call that this message answers.
                  optional string tool_call_id = 5;
                  // For ROLE_ASSISTANT: the calls the model asked for.
                  repeated ToolCall tool_calls = 6;
                  // A JSON object whose members are added to the message as it goes upstream. A member that repeats a field above is
                  // refused.
                  optional bytes extra = 7;
                }

                // Tokens, as the upstream counted them. An absent field means that the upstream did not say; it is never estimated.
                message Usage {
                  optional uint64 input_tokens = 1;
                  optional uint64 output_tokens = 2;
                  // Part of input_tokens that the upstream read from its own prompt cache.
                  optional uint64 cached_input_tokens = 3;
                  // Part of output_tokens spent on reasoning that is not shown.
                  optional uint64 reasoning_tokens = 4;
                  optional uint64 total_tokens = 5;
                }

                // Where the time of a request went, in microseconds.
                message Latency {
                  // Waiting inside the gateway for a place at the upstream.
                  optional uint64 queue_us = 1;
                  // From handing the request to the upstream transfer until the first content arrived.
                  optional uint64 first_token_us = 2;
                  // From the last byte of the request to the terminal reply.
                  optional uint64 total_us = 3;
                  // total_us minus waiting and minus the upstream's time: what the gateway itself cost.
                  optional uint64 overhead_us = 4;
                }

                // What the answer costs, where the model has a price.
                message Cost {
                  // In millionths of `currency`.
                  optional int64 micros = 1;
                  // ISO 4217.
                  optional string currency = 2;
                }

                // Which requests come first where not all can.
                enum Priority {
                  PRIORITY_UNSPECIFIED = 0;
                  // Somebody waits for the answer.
                  PRIORITY_INTERACTIVE = 1;
                  PRIORITY_NORMAL = 2;
                  // When there is room.
                  PRIORITY_BATCH = 3;
                }

                // Whether a request reads the shared cache, and whether its answer is kept there.
                enum CacheMode {
                  CACHE_MODE_UNSPECIFIED = 0;
                  // Neither; nor does it share the upstream call of an equal request.
                  CACHE_MODE_OFF = 1;
                  CACHE_MODE_ON = 2;
                  CACHE_MODE_READ_ONLY = 3;
                  CACHE_MODE_WRITE_ONLY = 4;
                }

                // What a caller wants of the shared cache. An absent field means what the daemon is configured to do.
                message CacheControl {
                  optional CacheMode mode = 1;
                  // An answer older than this is none.
                  optional uint64 max_age_ms = 2;
                  // How long the answer stays fresh, at most as long as the configuration allows.
                  optional uint64 ttl_ms = 3;
                  // The answer is not kept.
                  optional bool no_store = 4;
                  // No upstream is asked: what is not in the cache ends with `llmgw.client.not_cached`.
                  optional bool only_if_cached = 5;
                  // An answer that is no longer fresh, by at most this time, will do where no upstream answers. 0: never.
                  optional uint64 stale_if_error_ms = 6;
                  // What `llmgw-ctl cache purge --tag` finds the answer by: at most 16 of at most 64 bytes.
                  repeated string tags = 7;
                  // Whether the answer to another question that means the same will do. It is marked by ReplyInfo.cache_similarity.
                  optional bool semantic = 8;
                }

                // How the shared cache took part in an answer.
                enum CacheState {
                  CACHE_STATE_UNSPECIFIED = 0;
                  CACHE_STATE_BYPASS = 1;
                  CACHE_STATE_MISS = 2;
                  CACHE_STATE_HIT = 3;
                  // It was no longer fresh, and no upstream answered.
                  CACHE_STATE_STALE = 4;
                  // It is the answer to an equal request that was under way.
                  CACHE_STATE_COALESCED = 5;
                }

                // One question to an upstream on the way to an answer.
                message AttemptInfo {
                  // The model's name in the gateway's configuration.
                  optional string model = 1;
                  // The deployment's name within that model.
                  optional string deployment = 2;
                  optional string provider = 3;
                  // Why it failed, as in Status.reason; absent where it succeeded.
                  optional string reason = 4;
                  optional uint32 http_status = 5;
                  // Before the attempt: queue, pause between attempts, a gate that had to open. For a hedge: since the other attempt began.
                  optional uint64 wait_us = 6;
                  optional uint64 duration_us = 7;
                  // Until the first content; absent where none came.
                  optional uint64 first_token_us = 8;
                  // It was begun beside an attempt that was slow; the one that lost has the reason llmgw.gateway.hedge_lost.
                  optional bool hedge = 9;
                }

                // How an answer was made. Part of every inference reply.
                message ReplyInfo {
                  optional string request_id = 1;
                  // The model's name in the gateway's configuration.
                  optional string model = 2;
                  // The name the upstream gave to the model that answered.
                  optional string upstream_model = 3;
                  optional string provider = 4;
                  // How often an upstream was asked, the successful attempt included.
                  optional uint32 attempts = 5;
                  optional Latency latency = 6;
                  optional Cost cost = 7;
                  optional CacheState cache = 8;
                  // The upstream's own identifier of the answer, for support tickets.
                  optional string upstream_id = 9;
                  // Where the answer came from: "model" (the one that was asked for), "fallback" (another one), "canned" (a text of the
                  // configuration).
                  optional string source = 10;
                  // Every attempt in the order of their ends, the successful one last.
                  repeated AttemptInfo path = 11;
                  // How old the answer from the cache is; absent where it is new.
                  optional uint64 cache_age_ms = 12;
                  // What the answer is called in the cache, for `llmgw-ctl cache get`; absent where it cannot be there.
                  optional string cache_key = 13;
                  // How near the question is to the one that was answered, 0 to 1; absent where they are equal, or nothing came from the cache.
                  optional double cache_similarity = 14;
                  // What quota and cost were settled with: "upstream" (its own count), "estimate" (it gave none), "cache" (nothing was asked).
                  optional string usage_source = 15;
                }

                // Whether repeating the request can help, and is safe.
                enum Retry {
                  RETRY_UNSPECIFIED = 0;
                  // The same request will fail again.
                  RETRY_NEVER = 1;
                  // The request was not processed; repeat it at will.
                  RETRY_SAFE = 2;
                  // Repeat after `retry_after_ms`.
                  RETRY_AFTER = 3;
                  // It may have been processed already: a repetition can be billed twice.
                  RETRY_AMBIGUOUS = 4;
                }

                // Who is at the root of an error.
                enum Origin {
                  ORIGIN_UNSPECIFIED = 0;
                  ORIGIN_CLIENT = 1;
                  ORIGIN_GATEWAY = 2;
                  ORIGIN_UPSTREAM = 3;
                }

                // The outcome of a request. `code` is a gRPC status number; it is an integer here so that an old client can show a
                // code it does not know. The table of reasons is in PROTOCOL.md.
                message Status {
                  optional uint32 code = 1;
                  // Namespaced and stable, for programs: "llmgw.upstream.rate_limited".
                  optional string reason = 2;
                  // For people; carries neither prompts nor keys. UTF-8.
                  optional bytes message = 3;
                  optional Retry retry = 4;
                  optional uint64 retry_after_ms = 5;
                  optional Origin origin = 6;
                  optional uint32 upstream_http_status = 7;
                  optional uint32 attempts = 8;
                  optional string provider = 9;
                  optional string model = 10;
                  // "Chat", "Embed", …
                  optional string operation = 11;
                  // One plain sentence: what the user can do. UTF-8.
                  optional bytes suggestion = 12;
                  // True where no upstream has seen the request.
                  optional bool not_processed = 13;
                  optional string request_id = 14;
                }

                """#),
        SchemaFile(
            name: "llmgw/v1/wire.proto",
            text: #"""
                // The payloads of frames. PROTOCOL.md says which frame carries which message and when.
                syntax = "proto2";

                package llmgw.v1;

                import "llmgw/v1/types.proto";

                // Limits of a connection, stated by the daemon in HelloOk.
                message Limits {
                  // Largest frame payload, bytes.
                  optional uint32 max_frame = 1;
                  // Largest message assembled from continued frames, bytes.
                  optional uint32 max_message = 2;
                  // Streams open at once on this connection.
                  optional uint32 max_streams = 3;
                  // DATA payload bytes that may be sent on a new stream before the first CREDIT.
                  optional uint32 initial_credit = 4;
                }

                // HELLO, the client's first frame.
                message Hello {
                  optional string client_name = 1;
                  optional string client_version = 2;
                  // Bit set of optional features the client understands; no bit is defined yet.
                  optional uint64 features = 3;
                }

                // HELLO_OK, the daemon's answer.
                message HelloOk {
                  optional string server_version = 1;
                  optional uint32 protocol_major = 2;
                  optional uint32 protocol_minor = 3;
                  optional uint64 features = 4;
                  optional Limits limits = 5;
                }

                // REQUEST: what is common to all methods, around the method's own message.
                message Request {
                  // Time the caller is willing to wait, queueing and retries included; 0 or absent means the daemon's default.
                  optional uint64 timeout_ms = 1;
                  repeated Label labels = 2;
                  // Whether the gateway may repeat a request that an upstream may have processed already, which can be billed twice. False:
                  // never; absent: the daemon's default.
                  optional bool retry_ambiguous = 3;
                  // Absent: as the daemon is configured for the caller, which is also the best that the caller gets.
                  optional Priority priority = 4;
                  optional CacheControl cache = 5;
                  // The method's request message, serialised.
                  optional bytes body = 15;
                }

                // HEAD: what is known before the answer. May come several times; a later one replaces an earlier one field by field.
                message Head {
                  optional string request_id = 1;
                  optional string model = 2;
                  optional string provider = 3;
                  optional CacheState cache = 4;
                  // How many requests are ahead in the queue.
                  optional uint32 queue_position = 5;
                  optional uint64 expected_wait_ms = 6;
                  // The attempt that begins now, counted from 1.
                  optional uint32 attempt = 7;
                }

                // END: the last word of a stream.
                message End {
                  optional Status status = 1;
                  // The method's reply message, serialised; absent where the status is not OK.
                  optional bytes reply = 15;
                }

                // ERROR: the connection is unusable and is being closed.
                message ConnectionError {
                  optional Status status = 1;
                  // Protocol versions the daemon speaks, where the version was the trouble.
                  optional uint32 min_major = 2;
                  optional uint32 max_major = 3;
                }

                // GOAWAY: the daemon takes no new streams on this connection.
                message GoAway {
                  // Streams above this number were not processed.
                  optional uint32 last_stream = 1;
                  // UTF-8.
                  optional bytes reason = 2;
                  // How long the streams in flight may still run.
                  optional uint64 grace_ms = 3;
                }

                """#),
    ]
}
