/// What goes wrong on purpose. A request asks for it with its model's name.
enum Fault: Equatable {
    /// An error answer.
    case status(Int, type: String, code: String?, message: String, headers: [(String, String)] = [])
    case html502
    /// Reads the request and never answers.
    case hang
    /// Sends the head and nothing else.
    case hangAfterHead
    /// A stream that stops after three pieces, and stays open.
    case stall
    /// A stream that ends after three pieces, as if all were well.
    case cut
    /// A stream with everything but its end mark.
    case noDone
    /// Closes the connection instead of answering.
    case close
    /// Resets the connection instead of answering.
    case reset
    /// Resets the connection after three pieces.
    case resetStream
    /// 200, and not JSON.
    case garbage
    /// A stream with an event that is not JSON.
    case garbageStream
    /// 200, with an error inside.
    case errorInside
    /// An error inside the stream, after two pieces.
    case errorInStream
    case empty
    case usageMissing
    case filteredFinish
    /// Comments between the pieces.
    case pings
    case slow(latencyMs: Int, tokensPerSecond: Int)
    /// This many bytes of text.
    case big(Int)
    /// The last message's text, a character a piece.
    case echo

    /// The error answers in the words of the OpenAI API; in Anthropic's they have its types (`Fault+Anthropic.swift`).
    static let descriptions: [(name: String, meaning: String)] = [
        ("sim-400", "400 invalid_request_error"), ("sim-401", "401 invalid_api_key"), ("sim-403", "403 permission"),
        ("sim-404", "404 model_not_found"), ("sim-413", "413 request too large"),
        ("sim-context", "400 context_length_exceeded"),
        ("sim-filter", "400 content_policy_violation"), ("sim-filter-finish", "finish_reason content_filter"),
        ("sim-429", "429 rate_limit_exceeded, Retry-After: 7"), ("sim-429-quota", "429 insufficient_quota"),
        ("sim-credit", "429 credit_balance_exhausted"),
        ("sim-429-too-large", "429 request too large for the limit"), ("sim-500", "500 server_error"),
        ("sim-502-html", "502 with an HTML page"), ("sim-503", "503 overloaded"), ("sim-529", "529 overloaded_error"),
        ("sim-hang", "reads the request and never answers"), ("sim-hang-head", "sends the head and nothing else"),
        ("sim-stall", "a stream that stops after three pieces"), ("sim-cut", "a stream that ends after three pieces"),
        ("sim-no-done", "a stream without its end mark"), ("sim-close", "closes instead of answering"),
        ("sim-reset", "resets instead of answering"), ("sim-reset-stream", "resets after three pieces"),
        ("sim-garbage", "200 and not JSON"), ("sim-garbage-stream", "a stream with an event that is not JSON"),
        ("sim-error-200", "200 with an error inside"), ("sim-error-stream", "an error inside the stream"),
        ("sim-empty", "200 with an empty body"), ("sim-usage-missing", "no token counts"),
        ("sim-ping", "comments between the pieces"), ("sim-slow", "2 s latency, 10 tokens/s (or sim-slow-MS-TPS)"),
        ("sim-big-N", "N bytes of text"), ("sim-echo", "the last message's text, a character a piece"),
    ]

    /// Nil for a model that behaves.
    init?(model: String, dialect: Dialect = .openai) {
        if dialect == .anthropic, let error = Self.anthropicErrors[model] {
            self = error
            return
        }
        switch model {
        case "sim-400":
            self = .status(400, type: "invalid_request_error", code: nil, message: "simulated: invalid request")
        case "sim-401":
            self = .status(
                401, type: "invalid_request_error", code: "invalid_api_key",
                message: "simulated: Incorrect API key provided: sk-simulated0000000000.")
        case "sim-403": self = .status(403, type: "permission_error", code: nil, message: "simulated: not allowed")
        case "sim-404":
            self = .status(
                404, type: "invalid_request_error", code: "model_not_found",
                message: "simulated: the model does not exist")
        case "sim-413":
            self = .status(413, type: "invalid_request_error", code: nil, message: "simulated: request too large")
        case "sim-context":
            self = .status(
                400, type: "invalid_request_error", code: "context_length_exceeded",
                message: "simulated: maximum context length is 10 tokens")
        case "sim-filter":
            self = .status(
                400, type: "invalid_request_error", code: "content_policy_violation", message: "simulated: refused")
        case "sim-filter-finish": self = .filteredFinish
        case "sim-429":
            self = .status(
                429, type: "requests", code: "rate_limit_exceeded", message: "simulated: rate limit reached",
                headers: [("retry-after", "7")])
        case "sim-429-quota":
            self = .status(
                429, type: "insufficient_quota", code: "insufficient_quota", message: "simulated: no credit left")
        case "sim-credit":
            self = .status(
                429, type: "insufficient_quota", code: "credit_balance_exhausted", message: "simulated: no credit left")
        case "sim-429-too-large":
            self = .status(
                429, type: "tokens", code: "rate_limit_exceeded",
                message: "simulated: Request too large: Limit 10, Requested 20")
        case "sim-500": self = .status(500, type: "server_error", code: nil, message: "simulated: internal error")
        case "sim-502-html": self = .html502
        case "sim-503":
            self = .status(
                503, type: "service_unavailable_error", code: "server_is_overloaded", message: "simulated: overloaded")
        case "sim-529": self = .status(529, type: "overloaded_error", code: nil, message: "simulated: overloaded")
        case "sim-hang": self = .hang
        case "sim-hang-head": self = .hangAfterHead
        case "sim-stall": self = .stall
        case "sim-cut": self = .cut
        case "sim-no-done": self = .noDone
        case "sim-close": self = .close
        case "sim-reset": self = .reset
        case "sim-reset-stream": self = .resetStream
        case "sim-garbage": self = .garbage
        case "sim-garbage-stream": self = .garbageStream
        case "sim-error-200": self = .errorInside
        case "sim-error-stream": self = .errorInStream
        case "sim-empty": self = .empty
        case "sim-usage-missing": self = .usageMissing
        case "sim-ping": self = .pings
        case "sim-slow": self = .slow(latencyMs: 2000, tokensPerSecond: 10)
        case "sim-echo": self = .echo
        default:
            let words = model.split(separator: "-")
            if words.count == 4, words[1] == "slow", let latency = Int(words[2]), let speed = Int(words[3]), speed > 0 {
                self = .slow(latencyMs: latency, tokensPerSecond: speed)
            } else if words.count == 3, words[1] == "big", let size = Int(words[2]), size <= 64 << 20 {
                self = .big(size)
            } else {
                return nil
            }
        }
    }

    static func == (a: Fault, b: Fault) -> Bool { String(describing: a) == String(describing: b) }
}
