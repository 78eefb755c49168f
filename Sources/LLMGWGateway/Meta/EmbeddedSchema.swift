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
                  // "serving" or "draining".
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
                  // upstream named a time; "open": its breaker, or its provider's, lets nothing through.
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

                // How the shared cache took part in an answer.
                enum CacheState {
                  CACHE_STATE_UNSPECIFIED = 0;
                  CACHE_STATE_BYPASS = 1;
                  CACHE_STATE_MISS = 2;
                  CACHE_STATE_HIT = 3;
                  CACHE_STATE_STALE = 4;
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
                  // Before the attempt: queue, pause between attempts, a gate that had to open.
                  optional uint64 wait_us = 6;
                  optional uint64 duration_us = 7;
                  // Until the first content; absent where none came.
                  optional uint64 first_token_us = 8;
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
                  // Every attempt in order, the successful one last.
                  repeated AttemptInfo path = 11;
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
