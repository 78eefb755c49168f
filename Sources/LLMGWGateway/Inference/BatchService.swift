import LLMGWCore

/// Batch: many chats in one call. Items run side by side, results come in their order, and one that fails does not fail the others.
@GatewayLoop
final class BatchService {
    /// More than this in one call is a job for several calls.
    private static let maxItems = 10_000

    private let chats: ChatService
    private let settings: ServerSettings

    init(chats: ChatService, settings: ServerSettings) {
        self.chats = chats
        self.settings = settings
    }

    func batch(_ call: Call) async throws(GatewayError) {
        let request: BatchRequest = try call.request()
        guard !request.items.isEmpty else {
            throw GatewayError(.invalidRequest, "items: a batch has at least one item")
        }
        guard request.items.count <= Self.maxItems else {
            throw GatewayError(
                .invalidRequest,
                "items: a batch has at most \(Self.maxItems) items, this one has \(request.items.count)")
        }
        call.isStream = true
        call.sendHead(ReplyHead(requestID: call.execution.requestID.description))
        let concurrency = min(
            request.maxConcurrency.flatMap { $0 == 0 ? nil : Int($0) } ?? settings.batchConcurrency,
            settings.batchConcurrency)
        let trace = chats.beginTrace(of: call)
        let run = BatchRun(call: call, items: request.items, chats: chats, trace: trace)
        let timer = chats.scheduler.schedule(at: call.execution.deadline) { run.timeUp() }
        defer { timer.cancel() }
        call.execution.interrupt = { run.cancel($0) }
        call.onResume = { run.resume() }
        try await trace.following { () throws(GatewayError) in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<min(concurrency, request.items.count) {
                    group.addTask { await run.work() }
                }
            }
            call.execution.interrupt = nil
            try call.execution.checkCancellation()
        }
        call.finish(run.reply)
    }
}

/// A batch while it runs.
@GatewayLoop
private final class BatchRun {
    private let call: Call
    private let items: [ChatRequest]
    private let chats: ChatService
    private let trace: TraceRecorder
    private var next = 0
    private var running: [Int: Execution] = [:]
    private var progress: BatchProgress
    private var usage: Usage?
    /// Results that wait for those before them.
    private var finished: [Int: Result<ChatReply, GatewayError>] = [:]
    private var reported = 0
    /// Workers that wait because the client does not take what is sent.
    private var paused: [CheckedContinuation<Void, Never>] = []
    private var isPaused = false
    private var isLate = false

    init(call: Call, items: [ChatRequest], chats: ChatService, trace: TraceRecorder) {
        self.trace = trace
        self.call = call
        self.items = items
        self.chats = chats
        self.progress = BatchProgress(total: UInt32(items.count))
    }

    var reply: BatchReply { BatchReply(progress: progress, usage: usage) }

    /// Takes item after item until none is left, or the batch is cancelled.
    func work() async {
        while next < items.count, call.execution.cancellation == nil {
            if isPaused {
                await withCheckedContinuation { paused.append($0) }
                continue
            }
            let index = next
            next += 1
            let execution = call.execution.child()
            running[index] = execution
            let result = await perform(items[index], execution)
            running[index] = nil
            record(result, at: index, execution)
        }
    }

    private func perform(_ item: ChatRequest, _ execution: Execution) async -> Result<ChatReply, GatewayError> {
        var item = item
        item.stream = false
        do throws(GatewayError) {
            let model = try chats.resolve(item.model)
            return .success(
                try await chats.chat(
                    item, model: model, options: call.options, execution: execution, trace: trace,
                    use: chats.use(item, of: call, model), sink: nil,
                    onHead: { _ in }))
        } catch {
            return .failure(error)
        }
    }

    private func record(_ result: Result<ChatReply, GatewayError>, at index: Int, _ execution: Execution) {
        guard call.execution.cancellation == nil else { return }
        call.execution.attempts += execution.attempts
        switch result {
        case .success(let reply):
            progress.succeeded += 1
            if let counted = reply.usage { usage = usage.map { $0 + counted } ?? counted }
        case .failure:
            progress.failed += 1
        }
        finished[index] = result
        while let ready = finished.removeValue(forKey: reported) {
            send(.result(index: UInt32(reported), ready))
            reported += 1
        }
        send(.progress(progress))
    }

    private func send(_ event: BatchEvent) {
        if call.sendMessage(event) { isPaused = true }
        if isLate { timeUp() }
    }

    /// The items have the call's deadline, and end by it. A worker that waits for a slow reader has no item: then the whole call ends.
    func timeUp() {
        isLate = true
        if isPaused { call.cancel(.deadline(notProcessed: false)) }
    }

    func resume() {
        isPaused = false
        let waiting = paused
        paused = []
        for worker in waiting { worker.resume() }
    }

    func cancel(_ error: GatewayError) {
        for execution in running.values { execution.cancel(error) }
        resume()
    }
}
