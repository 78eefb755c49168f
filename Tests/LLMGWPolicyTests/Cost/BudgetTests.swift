import LLMGWCore
import LLMGWPolicy
import Testing

@Suite("Prices and budgets")
struct BudgetTests {
    /// 2026-11-21 12:00 UTC.
    private let noon: Int64 = 1_795_262_400_000
    private let day: Int64 = 86_400_000

    @Test("A cost is rounded once, cached input has its own price")
    func cost() {
        let price = ModelPrice(input: 2_500_000, output: 10_000_000, cachedInput: 1_250_000, currency: "EUR")
        let usage = Usage(inputTokens: 1000, outputTokens: 500, cachedInputTokens: 400)
        #expect(price.cost(of: usage) == Cost(micros: 1500 + 500 + 5000, currency: "EUR"))
        #expect(price.cost(of: Usage(inputTokens: 0, outputTokens: 0))?.micros == 0)
        // A fifth of a millionth is nothing, a half is one.
        #expect(ModelPrice(input: 200_000).cost(of: Usage(inputTokens: 1))?.micros == 0)
        #expect(ModelPrice(input: 500_000).cost(of: Usage(inputTokens: 1))?.micros == 1)
    }

    @Test("What was not counted is unknown, not free")
    func unknown() {
        let price = ModelPrice(input: 1, output: 1)
        #expect(price.cost(of: Usage(outputTokens: 5)) == nil)
        #expect(price.cost(of: Usage(inputTokens: 5)) == nil)
        #expect(price.cost(of: Usage(totalTokens: 5)) == nil)
        #expect(ModelPrice(input: 1_000_000).cost(of: Usage(inputTokens: 5))?.micros == 5)
        #expect(price.cost(of: Usage(inputTokens: .max, outputTokens: .max)) != nil)
    }

    @Test("Months are those of the calendar, also around leap days")
    func months() {
        #expect(BudgetPeriod.month.number(at: 0) == 0)
        #expect(BudgetPeriod.month.number(at: noon) == 56 * 12 + 10)
        #expect(BudgetPeriod.month.end(at: noon) == 1_796_083_200_000, "2026-12-01")
        #expect(BudgetPeriod.day.end(at: noon) == noon + day / 2)
        // 2028-02-29 23:59:59.999 and one millisecond later.
        #expect(BudgetPeriod.month.number(at: 1_835_481_599_999) == 58 * 12 + 1)
        #expect(BudgetPeriod.month.number(at: 1_835_481_600_000) == 58 * 12 + 2)
        var moment: Int64 = 0
        for number in 0..<2400 {
            #expect(BudgetPeriod.month.number(at: moment) == number)
            #expect(BudgetPeriod.month.start(at: moment + 12 * day) == moment)
            moment = BudgetPeriod.month.end(at: moment)
        }
        #expect(moment == 6_311_433_600_000, "2170-01-01")
    }

    @Test("What is reserved counts, and each state is announced once")
    func stop() {
        var meter = BudgetMeter(BudgetSettings(period: .day, stop: 100, warn: 50), wallClock: noon)
        #expect(allows(&meter, 60, noon))
        meter.reserve(60)
        #expect(!allows(&meter, 60, noon), "both together would be too much")
        #expect(settle(&meter, 60, 40, noon) == nil)
        meter.reserve(20)
        #expect(settle(&meter, 20, 20, noon) == .warning)
        meter.reserve(1)
        #expect(settle(&meter, 1, 1, noon) == nil)
        meter.reserve(10)
        #expect(settle(&meter, 10, 80, noon) == .exhausted)
        #expect(!allows(&meter, 0, noon))
        #expect(meter.state == .exhausted)
    }

    @Test(
        "Who is refused is told why: others' requests, the rest, or the whole; only the rest is the budget's own state")
    func refusals() {
        var meter = BudgetMeter(BudgetSettings(period: .day, stop: 100, warn: 50), wallClock: noon)
        #expect(refusal(&meter, 101) == .neverFits(stop: 100))
        meter.reserve(60)
        #expect(refusal(&meter, 41) == .held(left: 40))
        #expect(meter.refused(.held(left: 40)) == nil)
        #expect(meter.state == .ok)
        _ = meter.settle(reserved: 60, cost: 70, wallClock: noon)
        #expect(refusal(&meter, 31) == .tooDear(left: 30))
        #expect(meter.refused(.tooDear(left: 30)) == .refusing)
        #expect(meter.refused(.tooDear(left: 30)) == nil, "once in a period")
        #expect(meter.state == .refusing)
        #expect(refusal(&meter, 30) == nil, "a cheaper one goes")
        meter.reserve(30)
        #expect(meter.settle(reserved: 30, cost: 30, wallClock: noon) == .exhausted)
        #expect(refusal(&meter, 1) == .spent)
        meter.advance(noon + day)
        #expect(meter.state == .ok)
    }

    private func refusal(_ meter: inout BudgetMeter, _ cost: Int64) -> BudgetMeter.Refusal? {
        meter.refusal(of: cost, wallClock: noon)
    }

    @Test("A new day starts empty; a clock that is set back does not bring the old one")
    func newDay() {
        var meter = BudgetMeter(BudgetSettings(period: .day, stop: 100), wallClock: noon)
        meter.reserve(100)
        _ = meter.settle(reserved: 100, cost: 100, wallClock: noon)
        #expect(!allows(&meter, 1, noon))
        #expect(allows(&meter, 1, noon + day))
        meter.reserve(30)
        _ = meter.settle(reserved: 30, cost: 30, wallClock: noon)
        #expect(meter.spent == 30)
        #expect(!allows(&meter, 71, noon))
        #expect(allows(&meter, 70, noon))
    }

    @Test("Unknown costs are counted as requests, not as nothing")
    func unpriced() {
        var meter = BudgetMeter(BudgetSettings(period: .month, stop: 100), wallClock: noon)
        meter.reserve(10)
        #expect(settle(&meter, 10, nil, noon) == nil)
        #expect(meter.unpriced == 1)
        #expect(meter.spent == 0)
        meter.restore(spent: 100, wallClock: noon)
        #expect(meter.state == .exhausted)
    }

    private func settle(_ meter: inout BudgetMeter, _ reserved: Int64, _ cost: Int64?, _ wallClock: Int64)
        -> BudgetMeter.State?
    {
        meter.settle(reserved: reserved, cost: cost, wallClock: wallClock)
    }

    private func allows(_ meter: inout BudgetMeter, _ cost: Int64, _ wallClock: Int64) -> Bool {
        meter.refusal(of: cost, wallClock: wallClock) == nil
    }
}
