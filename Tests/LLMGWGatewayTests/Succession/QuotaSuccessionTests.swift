import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@testable import LLMGWGateway

@Suite("The desk of a daemon that hands over")
@GatewayLoop
struct QuotaSuccessionTests {
    private let scheduler = ManualScheduler()
    private let sent = Sent()

    private final class Sent {
        var messages: [SuccessionMessage] = []
    }

    private func succession() -> QuotaSuccession { QuotaSuccession { [sent] in sent.messages.append($0) } }
    private let asked = HandedReservation(number: 3, accounts: [], demand: QuotaDemand(inputTokens: 1))

    @Test func anAnswerGoesToWhoAsked() async {
        let succession = succession()
        async let answer = succession.ask([asked], nil)
        while sent.messages.isEmpty { await Task.yield() }
        succession.answered(4, .denied)
        succession.answered(3, .wait(.seconds(1)))
        succession.answered(3, .granted)
        #expect(await answer == .wait(.seconds(1)))
        #expect(sent.messages == [.ask([asked], nil)])
    }

    @Test func whereNobodyAnswersAnyMoreItIsNo() async {
        let succession = succession()
        async let answer = succession.ask([asked], nil)
        while sent.messages.isEmpty { await Task.yield() }
        succession.closed()
        #expect(await answer == .denied)
        #expect(await succession.ask([asked], nil) == .denied)
    }

    @Test func theBellRingsWhenItIsDecided() {
        let succession = succession()
        var rings = 0
        _ = succession.bell.onRing { rings += 1 }
        #expect(succession.state == .held)
        succession.settled(.asking)
        #expect(succession.state == .asking && rings == 1)
    }
}
