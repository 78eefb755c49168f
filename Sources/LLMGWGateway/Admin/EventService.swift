import LLMGWCore
import LLMGWWire

/// Gives events to those who watch, while they happen. A reader that is too slow loses events, and is told how many: what happens in the
/// gateway never waits for somebody who looks on (ADR 0019).
@GatewayLoop
final class EventService {
    private let feed: (any EventFeed)?
    private let quota: (any QuotaInspection)?
    private let administrators: Administrators
    private let accounts: ClientAccounts
    private let scheduler: any LoopScheduler
    private let end: DrainSignal
    /// The latest event as it goes to each who watches, unless he lost some before it.
    private var encoded: (sequence: UInt64, bytes: [UInt8])?

    /// `feed` is nil where the gateway tells no events; `quota` says which clients are whose.
    init(
        feed: (any EventFeed)?, quota: (any QuotaInspection)?, administrators: Administrators,
        accounts: ClientAccounts, scheduler: any LoopScheduler, end: DrainSignal
    ) {
        self.feed = feed
        self.quota = quota
        self.administrators = administrators
        self.accounts = accounts
        self.scheduler = scheduler
        self.end = end
    }

    func watch(_ call: Call) async throws(GatewayError) {
        let filter: EventFilter = try call.request()
        // The daemon's own time limit is for requests; who watches says when it is enough.
        let limit = call.options.timeout == nil ? nil : call.execution.deadline
        let watch = EventWatch(filter: filter) { [self] event in call.send(encoded: encode(event, with: call.codec)) }
        call.onResume = { watch.resume() }
        call.isStream = true
        call.finish(
            try await run(watch, for: call.peer, call.execution, until: limit) {
                call.sendHead(ReplyHead(requestID: call.execution.requestID.description))
            })
    }

    /// Returns at `limit`, or when the daemon comes to its end. `begun` is called as soon as nothing is missed any more.
    func run(
        _ watch: EventWatch, for peer: PeerIdentity, _ execution: Execution, until limit: MonotonicInstant?,
        begun: () -> Void
    ) async throws(GatewayError) -> EventSummary {
        let feed = try feed.required(for: .watchEvents)
        try watch.filter.validate()
        try accounts.openWatch(uid: peer.uid)
        defer { accounts.closeWatch(uid: peer.uid) }
        let subscription = feed.subscribe { [self] event in
            if isVisible(event, to: peer) { watch.receive(event) }
        }
        defer { subscription.cancel() }
        begun()
        try await execution.wait(until: limit, orRingOf: end.bell, scheduler)
        return watch.summary
    }

    private func encode(_ event: GatewayEvent, with codec: MessageCodec) -> [UInt8] {
        guard event.dropped == 0 else { return event.encode(with: codec) }
        if let encoded, encoded.sequence == event.sequence { return encoded.bytes }
        let bytes = event.encode(with: codec)
        encoded = (event.sequence, bytes)
        return bytes
    }

    private func isVisible(_ event: GatewayEvent, to peer: PeerIdentity) -> Bool {
        if administrators.contains(peer) { return true }
        if let request = event.request { return request.uid == peer.uid }
        guard let subject = event.subject, subject.hasPrefix("client/") else { return event.kind != .admin }
        return quota?.clientNames(uid: peer.uid).contains(String(subject.dropFirst("client/".count))) ?? false
    }
}
