import LLMGWCore
import LLMGatewayClient
import Synchronization

/// Keeps the plan's number of requests in flight until there have been enough.
///
/// A worker sends its next request when the last one has ended: under more load than the gateway takes, the rate is what it takes, and latencies
/// are those of as many requests at once.
final class BenchRun: Sendable {
    private let plan: BenchPlan
    private let clients: [GatewayClient]
    private let started: ContinuousClock.Instant
    private let begun = Atomic(0)

    init(_ plan: BenchPlan, _ clients: [GatewayClient]) {
        self.plan = plan
        self.clients = clients
        started = .now
    }

    /// Every request that came to an end; what was called off when the task was cancelled is none.
    func results() async -> (results: [BenchResult], wall: Duration) {
        let results = await withTaskGroup(of: [BenchResult].self) { group in
            for worker in 0..<plan.concurrency {
                let client = clients[worker % clients.count]
                group.addTask { await self.work(client) }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        return (results, .now - started)
    }

    private func work(_ client: GatewayClient) async -> [BenchResult] {
        var results: [BenchResult] = []
        while !Task.isCancelled, let number = next() {
            let result = await ask(client, plan.request(number))
            if Task.isCancelled, result.reason != nil { break }
            results.append(result)
        }
        return results
    }

    private func next() -> Int? {
        if let duration = plan.duration, .now - started >= duration { return nil }
        let number = begun.add(1, ordering: .relaxed).newValue
        return number <= plan.requests ?? .max ? number : nil
    }

    private func ask(_ client: GatewayClient, _ request: ChatRequest) async -> BenchResult {
        let start = ContinuousClock.now
        let options = CallOptions(cache: CacheControl(mode: plan.cache))
        do throws(GatewayError) {
            guard plan.stream else {
                let reply = try await client.chat(request, options: options)
                return BenchResult(duration: .now - start, info: reply.info, usage: reply.usage)
            }
            let stream = try await client.streamChat(request, options: options)
            var first: Duration?
            for try await chunk in stream where first == nil {
                if chunk.text?.isEmpty == false || chunk.reasoning?.isEmpty == false { first = .now - start }
            }
            let reply = try await stream.reply
            return BenchResult(duration: .now - start, firstToken: first, info: reply.info, usage: reply.usage)
        } catch {
            return BenchResult(duration: .now - start, reason: error.reason)
        }
    }
}
