public import LLMGWCore

/// Asks upstreams.
@GatewayLoop
public final class UpstreamClient {
    private let driver: any HTTPTransport
    private let scheduler: any LoopScheduler
    private let wallClock: @Sendable () -> UnixTime
    /// By the provider's name; never removed, so that what is counted only grows.
    private var traffics: [String: UpstreamTraffic] = [:]

    public init(
        driver: any HTTPTransport, scheduler: any LoopScheduler,
        wallClock: @escaping @Sendable () -> UnixTime = { .now }
    ) {
        self.driver = driver
        self.scheduler = scheduler
        self.wallClock = wallClock
    }

    /// Starts one attempt. The receiver hears nothing before this returns. Throws if the request cannot be put into the upstream's words; then
    /// nothing was sent.
    public func start(
        _ operation: UpstreamOperation, provider: ProviderSettings, upstreamModel: String, deadline: MonotonicInstant,
        receiver: any UpstreamReceiver
    ) throws(GatewayError) -> UpstreamExchange {
        // Written before the exchange's clocks start: a long request must not use up the time that the upstream has to accept it.
        let dialect = provider.kind.dialect
        var request = try dialect.request(for: operation, provider: provider, upstreamModel: upstreamModel)
        request.traffic = traffic(of: provider.name)
        let exchange = UpstreamExchange(
            operation, provider: provider, dialect: dialect, deadline: deadline, receiver: receiver, driver: driver,
            scheduler: scheduler, wallClock: wallClock)
        exchange.begin(request)
        return exchange
    }

    /// What went over the provider's connections.
    public func traffic(of provider: String) -> UpstreamTraffic {
        if let known = traffics[provider] { return known }
        let traffic = UpstreamTraffic()
        traffics[provider] = traffic
        return traffic
    }
}
