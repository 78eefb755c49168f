import LLMGWCore
import LLMGWJSON

/// JSON for programs: one document, one line.
enum JSON {
    static func print(_ body: (inout JSONWriter) -> Void) {
        var writer = JSONWriter(capacity: 1024)
        body(&writer)
        Terminal.write(writer.bytes + [UInt8(ascii: "\n")])
    }
}

extension JSONWriter {
    mutating func member(_ key: StaticString, _ value: Double?) {
        guard let value else { return }
        self.key(key)
        value.isFinite ? double(value) : null()
    }

    mutating func member(_ key: StaticString, _ values: [String]) {
        self.key(key)
        array(values) { $0.string($1) }
    }

    mutating func member(_ key: StaticString, _ usage: Usage) {
        self.key(key)
        object {
            $0.member("input_tokens", usage.inputTokens)
            $0.member("output_tokens", usage.outputTokens)
            $0.member("cached_input_tokens", usage.cachedInputTokens)
            $0.member("reasoning_tokens", usage.reasoningTokens)
            $0.member("total_tokens", usage.totalTokens)
        }
    }

    mutating func member(_ key: StaticString, _ info: ReplyInfo) {
        self.key(key)
        object {
            $0.member("request_id", info.requestID)
            $0.member("model", info.model)
            $0.member("upstream_model", info.upstreamModel)
            $0.member("provider", info.provider)
            $0.member("upstream_id", info.upstreamID)
            $0.member("attempts", info.attempts)
            $0.member("source", info.source?.rawValue)
            $0.array("path", info.path) { writer, attempt in
                writer.object {
                    $0.member("model", attempt.model)
                    $0.member("deployment", attempt.deployment)
                    $0.member("provider", attempt.provider)
                    $0.member("reason", attempt.reason?.name)
                    $0.member("http_status", attempt.httpStatus)
                    $0.member("wait_us", attempt.wait.wholeMicroseconds)
                    $0.member("duration_us", attempt.duration.wholeMicroseconds)
                    $0.member("first_token_us", attempt.firstToken?.wholeMicroseconds)
                }
            }
            $0.member("cache", info.cache.map { "\($0)" })
            $0.member("cache_age_ms", info.cacheAge?.wholeMilliseconds)
            $0.member("cache_key", info.cacheKey)
            $0.member("cache_similarity", info.cacheSimilarity)
            $0.member("usage_source", info.usageSource?.rawValue)
            $0.member("cost", info.cost)
            if let latency = info.latency { $0.members(latency) }
        }
    }

    mutating func members(_ counts: RequestCounts) {
        member("requests", counts.requests)
        member("succeeded", counts.succeeded)
        member("failed", counts.failed)
        member("cancelled", counts.cancelled)
    }
}
