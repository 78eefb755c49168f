import LLMGWCore
import LLMGWJSON

extension JSONWriter {
    mutating func record(_ record: RequestRecord) {
        object {
            $0.member("request_id", record.requestID)
            $0.member("operation", record.operation)
            $0.member("model", record.model)
            $0.member("provider", record.provider)
            $0.member("client", record.client)
            $0.member("uid", record.uid)
            $0.member("priority", record.priority?.description)
            $0.member("reason", record.reason?.name)
            $0.member("attempts", record.attempts)
            $0.member("stream", record.stream)
            $0.member("started", record.started?.description)
            if let latency = record.latency { $0.members(latency) }
            if let usage = record.usage { $0.member("usage", usage) }
            $0.member("cost", record.cost)
            $0.member("cache", record.cache.map { "\($0)" })
        }
    }

    mutating func members(_ latency: Latency) {
        member("queue_us", latency.queue.wholeMicroseconds)
        member("first_token_us", latency.firstToken?.wholeMicroseconds)
        member("total_us", latency.total.wholeMicroseconds)
        member("overhead_us", latency.overhead.wholeMicroseconds)
    }
}
