import LLMGWCore

/// One reader of events: what it wants, and what it lost because it was too slow.
///
/// Two states: taking, and behind, after `send` asked for a pause. Behind, events are counted instead of sent, until `resume`.
@GatewayLoop
final class EventWatch {
    let filter: EventFilter
    private(set) var summary = EventSummary()
    private let send: @GatewayLoop (GatewayEvent) -> Bool
    private var isBehind = false
    /// Lost since the last one that was sent.
    private var lost: UInt64 = 0

    /// `send` returns true where nothing more should come until `resume`.
    init(filter: EventFilter, send: @escaping @GatewayLoop (GatewayEvent) -> Bool) {
        self.filter = filter
        self.send = send
    }

    func receive(_ event: GatewayEvent) {
        guard filter.admits(event) else { return }
        guard !isBehind else {
            lost += 1
            summary.dropped += 1
            return
        }
        var event = event
        event.dropped = lost
        lost = 0
        summary.delivered += 1
        isBehind = send(event)
    }

    func resume() { isBehind = false }
}
