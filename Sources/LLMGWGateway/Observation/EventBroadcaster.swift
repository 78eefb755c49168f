import LLMGWCore

/// Tells whoever watches what happens, while it happens. Nothing is kept: an event that nobody watches is only counted.
@GatewayLoop
final class EventBroadcaster: EventFeed {
    /// Since the start, by kind.
    private(set) var counts: [GatewayEvent.Kind: UInt64] = [:]
    private var sequence: UInt64 = 0
    /// In the order in which they came.
    private var receivers: [(number: UInt64, receive: @GatewayLoop (GatewayEvent) -> Void)] = []
    private var lastNumber: UInt64 = 0

    var watchers: Int { receivers.count }

    func subscribe(_ receive: @escaping @GatewayLoop (GatewayEvent) -> Void) -> any EventSubscription {
        lastNumber += 1
        receivers.append((lastNumber, receive))
        return Watching(number: lastNumber, broadcaster: self)
    }

    fileprivate func unsubscribe(_ number: UInt64) { receivers.removeAll { $0.number == number } }

    /// `request` is put together only where somebody watches.
    func publish(
        _ kind: GatewayEvent.Kind, _ severity: GatewayEvent.Severity, subject: String? = nil, _ message: String = "",
        request: @autoclosure () -> RequestRecord? = nil, details: @autoclosure () -> [Label] = []
    ) {
        sequence += 1
        counts[kind, default: 0] += 1
        guard !receivers.isEmpty else { return }
        let event = GatewayEvent(
            sequence: sequence, time: UnixTime.now, kind: kind,
            severity: severity, subject: subject, message: message, request: request(), details: details())
        for receiver in receivers { receiver.receive(event) }
    }
}

@GatewayLoop
private struct Watching: EventSubscription {
    let number: UInt64
    let broadcaster: EventBroadcaster

    func cancel() { broadcaster.unsubscribe(number) }
}
