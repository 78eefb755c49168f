import LLMGWCore
import LLMGWWire
import TestSupport
import Testing

@testable import LLMGWGateway

@Suite("Watching events")
@GatewayLoop
struct EventServiceTests {
    private let feed = FeedInMemory()
    private let scheduler = ManualScheduler()
    private let end = DrainSignal()
    private let accounts = ClientAccounts(settings: ServerSettings(maxWatchesPerUID: 2))
    private let execution = Execution(
        requestID: RequestID(number: 1), started: MonotonicInstant(nanoseconds: 0), deadline: .distantFuture)

    private var service: EventService {
        EventService(
            feed: feed, quota: QuotaInMemory(), administrators: Peers.administrators, accounts: accounts,
            scheduler: scheduler, end: end)
    }

    private static func event(_ kind: GatewayEvent.Kind, subject: String? = nil, uid: UInt32? = nil) -> GatewayEvent {
        GatewayEvent(
            time: UnixTime(milliseconds: 0), kind: kind, severity: .info, subject: subject,
            request: uid.map { RequestRecord(uid: $0) })
    }

    /// Begins a watch, and returns once it waits: a plain task would give the loop away between its beginning and its wait.
    private func begin(
        _ watch: EventWatch, for peer: PeerIdentity, until limit: MonotonicInstant? = nil
    ) async -> Task<Result<EventSummary, GatewayError>, Never> {
        let service = service
        return await withCheckedContinuation { continuation in
            let running = Running()
            running.task = GatewayLoop.start { [execution] in
                do throws(GatewayError) {
                    return .success(
                        try await service.run(watch, for: peer, execution, until: limit) {
                            if let task = running.task { continuation.resume(returning: task) }
                        })
                } catch {
                    return .failure(error)
                }
            }
        }
    }

    private static let all = [
        event(.request, uid: 4003), event(.request, uid: 4001), event(.breaker, subject: "provider/p"),
        event(.budget, subject: "client/甲"), event(.budget, subject: "client/乙"), event(.admin),
    ]

    @Test(
        "A watcher sees what happens to itself and to all, administrators everything",
        arguments: [(Peers.stranger, [0, 2, 3]), (Peers.member, Array(0..<6))])
    func visibility(_ peer: PeerIdentity, _ visible: [Int]) async throws {
        let received = Received()
        let watch = await begin(EventWatch(filter: EventFilter()) { received.take($0) }, for: peer)
        Self.all.forEach(feed.emit)
        end.raise()
        #expect(try await watch.value.get() == EventSummary(delivered: UInt64(visible.count)))
        #expect(received.events == visible.map { Self.all[$0] })
        #expect(feed.count == 0)
    }

    @Test("A reader that is too slow loses events, and learns how many")
    func slowReader() {
        let received = Received()
        let watch = EventWatch(filter: EventFilter(kinds: [.alert])) { received.take($0) }
        received.isSlow = true
        watch.receive(Self.event(.alert, subject: "1"))
        watch.receive(Self.event(.alert, subject: "2"))
        watch.receive(Self.event(.breaker))
        watch.receive(Self.event(.alert, subject: "3"))
        #expect(received.events.map(\.subject) == ["1"])
        received.isSlow = false
        watch.resume()
        watch.receive(Self.event(.alert, subject: "4"))
        watch.receive(Self.event(.alert, subject: "5"))
        #expect(received.events.map(\.subject) == ["1", "4", "5"])
        #expect(received.events.map(\.dropped) == [0, 2, 0])
        #expect(watch.summary == EventSummary(delivered: 3, dropped: 2))
    }

    @Test func aLimitEndsItWell() async throws {
        let limit = scheduler.now + .seconds(5)
        let watch = await begin(EventWatch(filter: EventFilter()) { _ in false }, for: Peers.stranger, until: limit)
        feed.emit(Self.event(.alert))
        scheduler.advance(by: .seconds(5))
        #expect(try await watch.value.get() == EventSummary(delivered: 1))
        #expect(feed.count == 0)
    }

    @Test func givingUpEndsItAtOnce() async {
        let watch = await begin(EventWatch(filter: EventFilter()) { _ in false }, for: Peers.stranger)
        execution.cancel(GatewayError(.cancelled, ""))
        #expect(await watch.value == .failure(GatewayError(.cancelled, "")))
        #expect(feed.count == 0)
    }

    @Test func whatBeginsDuringTheDrainEndsAtOnce() async throws {
        end.raise()
        let watch = await begin(EventWatch(filter: EventFilter()) { _ in false }, for: Peers.stranger)
        #expect(try await watch.value.get() == EventSummary())
    }

    @Test("A user watches so many times and no more; one that ends makes room")
    func cap() async throws {
        let watches = [
            await begin(EventWatch(filter: EventFilter()) { _ in false }, for: Peers.stranger),
            await begin(EventWatch(filter: EventFilter()) { _ in false }, for: Peers.stranger),
        ]
        let third = EventWatch(filter: EventFilter()) { _ in false }
        let error = await #expect(throws: GatewayError.self) {
            try await service.run(third, for: Peers.stranger, execution, until: nil) { Issue.record("it has begun") }
        }
        #expect(error?.reason == .tooManyStreams && error?.notProcessed == true)
        #expect(error?.message.contains("server.max_watches_per_uid") == true)
        let other = await begin(EventWatch(filter: EventFilter()) { _ in false }, for: Peers.member)
        end.raise()
        for watch in watches + [other] { #expect(try await watch.value.get() == EventSummary()) }
        #expect(try await service.run(third, for: Peers.stranger, execution, until: nil) {} == EventSummary())
    }

    @Test func aFilterThatNothingMeetsIsRefused() async {
        let watch = EventWatch(filter: EventFilter(kinds: [.init(rawValue: "地震")])) { _ in false }
        let error = await #expect(throws: GatewayError.self) {
            try await service.run(watch, for: Peers.member, execution, until: nil) { Issue.record("it has begun") }
        }
        #expect(error?.reason == .invalidRequest)
        #expect(feed.count == 0)
    }
}

@GatewayLoop
private final class Running {
    var task: Task<Result<EventSummary, GatewayError>, Never>?
}

@GatewayLoop
private final class Received {
    private(set) var events: [GatewayEvent] = []
    var isSlow = false

    func take(_ event: GatewayEvent) -> Bool {
        events.append(event)
        return isSlow
    }
}

@GatewayLoop
private final class FeedInMemory: EventFeed {
    private var readers: [Int: @GatewayLoop (GatewayEvent) -> Void] = [:]
    private var last = 0

    var count: Int { readers.count }

    func emit(_ event: GatewayEvent) {
        for reader in readers.values { reader(event) }
    }

    func subscribe(_ receive: @escaping @GatewayLoop (GatewayEvent) -> Void) -> any EventSubscription {
        last += 1
        readers[last] = receive
        return Subscription(feed: self, number: last)
    }

    private struct Subscription: EventSubscription {
        let feed: FeedInMemory
        let number: Int

        func cancel() { feed.readers[number] = nil }
    }
}
