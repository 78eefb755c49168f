import LLMGWCore

/// Where events can be had while they happen.
@GatewayLoop
protocol EventFeed: AnyObject {
    /// Every event from now on, until the subscription is cancelled. `receive` must not wait.
    func subscribe(_ receive: @escaping @GatewayLoop (GatewayEvent) -> Void) -> any EventSubscription
}

@GatewayLoop
protocol EventSubscription {
    /// Nothing is received any more. Harmless when done twice.
    func cancel()
}
