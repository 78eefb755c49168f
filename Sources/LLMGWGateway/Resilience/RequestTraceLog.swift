import LLMGWCore
import LLMGWWire

/// Remembers how the latest requests came to their end.
@GatewayLoop
final class RequestTraceLog {
    /// A trace is about a kilobyte.
    private static let capacity = 1000

    private var recorders: [RequestID: TraceRecorder] = [:]
    private var order: [RequestID] = []
    private var oldest = 0

    /// `model` is nil for a batch, whose items name theirs.
    func begin(_ call: Call, model: ModelSettings?) -> TraceRecorder {
        let id = call.execution.requestID
        let recorder = TraceRecorder(
            id: id, operation: call.method.operation, model: model?.name ?? "", uid: call.peer.uid,
            started: call.execution.started)
        if order.count < Self.capacity {
            order.append(id)
        } else {
            recorders[order[oldest]] = nil
            order[oldest] = id
            oldest = (oldest + 1) % Self.capacity
        }
        recorders[id] = recorder
        return recorder
    }

    subscript(id: RequestID) -> TraceRecorder? { recorders[id] }
}

/// Writes down one request's decisions.
@GatewayLoop
final class TraceRecorder {
    /// More steps than this are one waiting loop, not a story.
    private static let maxSteps = 100

    private let id: RequestID
    private let operation: String
    private let model: String
    private let uid: UInt32
    private let started: MonotonicInstant
    private var steps: [TraceStep] = []
    private var outcome: Result<Void, GatewayError>?

    init(id: RequestID, operation: String, model: String, uid: UInt32, started: MonotonicInstant) {
        self.id = id
        self.operation = operation
        self.model = model
        self.uid = uid
        self.started = started
    }

    func note(
        _ decision: TraceStep.Decision, _ deployment: Deployment?, at now: MonotonicInstant, _ detail: String = "",
        wait: Duration? = nil, error: GatewayError? = nil, duration: Duration? = nil
    ) {
        guard steps.count < Self.maxSteps else { return }
        steps.append(
            TraceStep(
                at: now - started, model: deployment?.model ?? model, deployment: deployment?.settings.name ?? "",
                decision: decision, detail: detail, wait: wait, reason: error?.reason,
                httpStatus: error?.upstreamStatus, duration: duration))
    }

    /// Does the work, and notes how the request ended.
    func following<T: Sendable>(
        _ work: @GatewayLoop () async throws(GatewayError) -> T
    ) async throws(GatewayError) -> T {
        do throws(GatewayError) {
            let result = try await work()
            end(.success(()))
            return result
        } catch {
            end(.failure(error))
            throw error
        }
    }

    func end(_ outcome: Result<Void, GatewayError>) { self.outcome = outcome }

    func trace(now: MonotonicInstant) -> RequestTrace {
        var trace = RequestTrace(
            requestID: id.description, operation: operation, model: model, uid: uid, age: now - started,
            // An attempt is noted when it ends.
            steps: steps.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element),
            isRunning: outcome == nil)
        if case .failure(let error)? = outcome { trace.reason = error.reason }
        return trace
    }
}
