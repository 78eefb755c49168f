import LLMGWCore
import Testing

@testable import LLMGWGateway

@Suite("What a request spends, and where")
struct SpendingTests {
    private func dollars(_ micros: Int64) -> Cost { Cost(micros: micros, currency: "USD") }

    @Test("One provider has taken all of it")
    func one() {
        var spending = Spending()
        #expect(spending.byProvider.isEmpty)
        spending.add([dollars(3)], estimate: nil, at: "本地")
        spending.add([dollars(4)], estimate: nil, at: "本地")
        #expect(spending.byProvider == ["本地": [dollars(7)]])
    }

    @Test("Each of several has taken its part, also where one came to nothing or was asked again")
    func several() {
        var spending = Spending()
        spending.add([], estimate: nil, at: "a")
        spending.add([dollars(3)], estimate: nil, at: "b")
        spending.add([Cost(micros: 5, currency: "CNY")], estimate: nil, at: "a")
        spending.add([dollars(4)], estimate: nil, at: "b")
        #expect(spending.byProvider == ["a": [Cost(micros: 5, currency: "CNY")], "b": [dollars(7)]])
        #expect(spending.costs == [dollars(7), Cost(micros: 5, currency: "CNY")] && spending.cost == nil)
    }

    @Test("An attempt without a price leaves the others theirs")
    func unpriced() {
        var spending = Spending()
        spending.add([dollars(3)], estimate: nil, at: "a")
        spending.add(nil, estimate: nil, at: "b")
        #expect(spending.isUnpriced && spending.byProvider == ["a": [dollars(3)]])
    }
}
