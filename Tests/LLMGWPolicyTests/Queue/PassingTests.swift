import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

/// The tokens of the requests that go now, in order.
private func gone(_ desk: inout AdmissionDesk, at time: Double) -> [Int] {
    let before = desk.grants.count
    desk.pump(at: time)
    return desk.grants[before...].map(\.demand.inputTokens)
}

private func goes(_ entry: AdmissionController.Entry) -> Bool {
    if case .admitted = entry { true } else { false }
}

@Suite("Small requests of a client beside a large one of its own")
struct PassingTests {
    @Test("They go before it while they leave it its moment, also those that come later")
    func newcomers() {
        var desk = AdmissionDesk([.tokensPerMinute: 1000])
        desk.ask(1, tokens: 600, at: 0)
        #expect(!goes(desk.ask(1, tokens: 900, at: 1)))
        #expect(gone(&desk, at: 1) == [])
        // 900 fits at 61, when the 600 have run out: 100 are to spare until then.
        #expect(goes(desk.ask(1, tokens: 60, at: 2)))
        #expect(goes(desk.ask(1, tokens: 40, at: 3)))
        #expect(!goes(desk.ask(1, tokens: 50, at: 4)))
        #expect(gone(&desk, at: 4) == [])
        #expect(desk.controller.wake == at(61))
        #expect(gone(&desk, at: 61) == [900])
        #expect(gone(&desk, at: 63) == [50])
    }

    @Test("They are found behind it when something changes, in the order of their coming")
    func waiting() {
        var desk = AdmissionDesk([.tokensPerMinute: 1000])
        desk.ask(1, tokens: 1000, at: 0)
        for tokens in [900, 300, 70, 950, 20, 10] { #expect(!goes(desk.ask(1, tokens: tokens, at: 1))) }
        #expect(gone(&desk, at: 1) == [])
        desk.endFirst(using: 200, at: 10)
        #expect(gone(&desk, at: 10) == [70, 20, 10])
        #expect(gone(&desk, at: 61) == [900])
    }

    @Test("One that goes again after a failure stands before the others, and lets them pass in the same way")
    func repeated() {
        var desk = AdmissionDesk([.tokensPerMinute: 1000])
        desk.ask(1, tokens: 600, at: 0)
        desk.ask(1, tokens: 900, isRepeat: true, at: 1)
        #expect(gone(&desk, at: 1) == [])
        #expect(goes(desk.ask(1, tokens: 100, at: 2)))
        #expect(!goes(desk.ask(1, tokens: 10, at: 3)))
        #expect(gone(&desk, at: 61) == [900])
    }

    @Test("The client's own limit holds up what is too large for it, and nothing that leaves that its moment")
    func ownLimit() {
        var desk = AdmissionDesk([.concurrency: 100])
        desk.limit(1, [.tokensPerMinute: 1000])
        desk.ask(1, tokens: 600, at: 0)
        desk.ask(1, tokens: 900, at: 1)
        #expect(gone(&desk, at: 1) == [])
        #expect(goes(desk.ask(1, tokens: 60, at: 2)))
        #expect(!goes(desk.ask(1, tokens: 50, at: 3)))
        #expect(goes(desk.ask(2, tokens: 5000, at: 3)), "it is nobody else's limit")
        #expect(gone(&desk, at: 3) == [])
        #expect(gone(&desk, at: 61) == [900])
        #expect(gone(&desk, at: 63) == [50])
    }

    @Test("A place that is missing is missing for all of them, and an earlier one is not passed")
    func places() {
        var desk = AdmissionDesk([.concurrency: 1])
        for tokens in [1, 900, 10, 20] { desk.ask(1, tokens: tokens, at: 0) }
        #expect(gone(&desk, at: 0) == [])
        desk.endFirst(at: 1)
        #expect(gone(&desk, at: 1) == [900])
    }

    @Test("Neither a stream of them nor another large one starves it", arguments: [1, 2])
    func starvation(lanes: Int) {
        var desk = AdmissionDesk(
            [.tokensPerMinute: 1000], lanes: Array(repeating: [.tokensPerMinute: 1000], count: lanes))
        let lane = lanes - 1
        desk.ask(1, tokens: 1000, at: 0)
        desk.ask(1, tokens: 990, at: 0)
        desk.ask(1, tokens: 991, lane: lane, at: 0)
        var times: [Int: Double] = [:]
        for tick in 1..<4000 {
            let time = Double(tick) / 10
            if tick % 300 == 0 { desk.ask(1, tokens: 900, at: time) }
            desk.ask(1, tokens: 1 + tick % 40, lane: tick % lanes, at: time)
            for tokens in gone(&desk, at: time) where times[tokens] == nil { times[tokens] = time }
        }
        #expect(times[990].map { $0 < 62 } == true, "\(times[990].debugDescription)")
        #expect(times[991].map { $0 < 185 } == true, "\(times[991].debugDescription)")
    }

    @Test("However many large ones of a higher band wait, the small ones of a lower band are looked at")
    func bands() {
        var desk = AdmissionDesk([.tokensPerMinute: 1000])
        desk.ask(0, tokens: 1000, at: 0)
        for client in 1...9 { desk.ask(client, tokens: 900, .interactive, at: 0) }
        desk.ask(10, tokens: 100, at: 0)
        #expect(gone(&desk, at: 0) == [])
        desk.endFirst(using: 200, at: 10)
        #expect(gone(&desk, at: 10) == [100])
        #expect(gone(&desk, at: 61) == [900])
    }
}
