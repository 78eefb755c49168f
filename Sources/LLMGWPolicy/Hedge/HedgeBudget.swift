/// Keeps hedges a small share of a model's requests, so that a model whose deployments are all slow is not asked twice for everything.
///
/// A bucket of tokens, counted in parts so that nothing is rounded: each request puts in `1 / requestsPerHedge`, a hedge takes a whole one. It starts
/// empty and holds `capacity`: from any moment on, hedges are at most `capacity` and a share of the requests, and from the start a
/// share of the requests. No terminal state.
public struct HedgeBudget: Sendable {
    /// 5 %.
    public static let requestsPerHedge = 20
    public static let capacity = 10

    private var parts = 0

    public init() {}

    /// A request begins that may be hedged.
    public mutating func deposit() {
        parts = min(parts + 1, Self.capacity * Self.requestsPerHedge)
    }

    /// Takes a token for one hedge; false if there is none.
    public mutating func withdraw() -> Bool {
        guard hasToken else { return false }
        parts -= Self.requestsPerHedge
        return true
    }

    public var hasToken: Bool { parts >= Self.requestsPerHedge }
}
