import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@Suite("Answers without an upstream")
struct TurnTests {
    @Test("They count among their client's requests, and take nothing else")
    func turns() {
        var controller = AdmissionController()
        let limits = QuotaLimits([.requestsPerMinute: 3, .tokensPerMinute: 10, .concurrency: 1])
        let client = controller.account(.client("用户"), QuotaAccountSettings(limits: limits))
        let lane = controller.addLane(queue: controller.addQueue("p", maxWaiting: 9), accounts: [])
        let request = AdmissionRequest(
            client: ClientID(index: 0), lane: lane, accounts: [client], demand: QuotaDemand(inputTokens: 10),
            latestStart: .distantFuture)
        guard case .admitted = controller.enter(request, now: at(0)) else {
            Issue.record("there is room")
            return
        }
        // Neither the tokens nor the only place at once keep an answer back that needs none.
        for second in 1...2 {
            let (turn, taken) = controller.pass(in: [client], now: at(Double(second)))
            #expect(turn == at(Double(second)))
            if let taken { controller.settlePassed(taken, now: at(Double(second))) }
        }
        #expect(controller.book.inUse(client) == 1)
        let (turn, taken) = controller.pass(in: [client], now: at(3))
        #expect(turn == at(61) && taken == nil, "the fourth in a minute")
        #expect(controller.pass(in: [client], now: at(61)).taken != nil)
        #expect(controller.book.reservationCount == 3, "a request, its attempt, and an answer not settled")
    }
}
