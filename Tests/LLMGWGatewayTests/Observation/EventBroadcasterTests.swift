import LLMGWCore
import Testing

@testable import LLMGWGateway

@Suite("Telling events")
@GatewayLoop
struct EventBroadcasterTests {
    private let broadcaster = EventBroadcaster()

    @Test func whoWatchesHearsFromNowOn() {
        broadcaster.publish(.cache, .info, "以前")
        let heard = Heard()
        let subscription = broadcaster.subscribe { heard.events.append($0) }
        broadcaster.publish(.reload, .notice, subject: "model/大", "新", details: [Label(key: "k", value: "v")])
        subscription.cancel()
        subscription.cancel()
        broadcaster.publish(.reload, .notice, "以后")
        #expect(heard.events.map(\.message) == ["新"])
        #expect(heard.events.map(\.sequence) == [2])
        #expect(heard.events.first?.details == [Label(key: "k", value: "v")])
        #expect(broadcaster.counts == [.cache: 1, .reload: 2], "they are counted without anybody who watches")
    }

    @Test func whatNobodyWatchesIsNotPutTogether() {
        broadcaster.publish(.request, .info, request: unwanted())
        #expect(broadcaster.counts[.request] == 1)
    }

    private func unwanted() -> RequestRecord? {
        Issue.record("nobody watches")
        return nil
    }

    @Test func everybodyHearsEverythingInOrder() {
        let (first, second) = (Heard(), Heard())
        let subscriptions = [first, second].map { heard in broadcaster.subscribe { heard.events.append($0) } }
        for number in 1...5 { broadcaster.publish(.admin, .info, "\(number)") }
        for subscription in subscriptions { subscription.cancel() }
        #expect(first.events.map(\.message) == ["1", "2", "3", "4", "5"])
        #expect(first.events == second.events)
        #expect(broadcaster.watchers == 0)
    }
}

@GatewayLoop
private final class Heard {
    var events: [GatewayEvent] = []
}
