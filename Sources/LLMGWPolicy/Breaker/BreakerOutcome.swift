/// What a call's end says about the upstream.
public enum BreakerOutcome: String, Sendable, Hashable, CaseIterable {
    /// It did its work, or rightly refused the request.
    case success
    case failure
    /// It answered without doing the work, because we ask too much: no failure, and enough to show a probe that it lives.
    case reachable
    /// Nothing: the call was cancelled, or failed for reasons of our own.
    case neutral
}
