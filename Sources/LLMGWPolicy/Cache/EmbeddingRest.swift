public import LLMGWCore

/// Whether it is worth waiting for embeddings at present: not for a while after several in a row have failed.
///
/// Trying → resting, until its time is over; then one more failure rests again, and a success begins anew. There is no terminal state, and
/// events may come in any order: embeddings under way end when they end.
public struct EmbeddingRest: Sendable {
    private static let tolerated = 3
    private static let rest = Duration.seconds(30)

    /// In a row.
    private var failures = 0
    private var end: MonotonicInstant?

    public init() {}

    public func allows(now: MonotonicInstant) -> Bool { end.map { now >= $0 } ?? true }

    public mutating func succeeded() {
        failures = 0
        end = nil
    }

    public mutating func failed(_ error: GatewayError, now: MonotonicInstant) {
        // What is about the caller, or was said at once, is no reason to spare others the wait.
        guard error.origin == .upstream || error.reason == .deadlineExceeded, !error.notProcessed else { return }
        failures += 1
        if failures >= Self.tolerated { end = now + Self.rest }
    }
}
