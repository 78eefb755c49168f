import LLMGWCore
import LLMGWPolicy
import Testing

/// A book with its accounts, and what it says of them.
private struct BookUnderTest {
    var book = QuotaBook()
    var accounts: [QuotaBook.AccountID] = []

    init(_ limits: [[QuotaMetric: Int]], smooths: Bool = false, countsMaximum: Bool = false) {
        for (index, limits) in limits.enumerated() {
            accounts.append(
                book.account(
                    .provider("p\(index)"),
                    QuotaAccountSettings(limits: QuotaLimits(limits), countsMaximum: countsMaximum, smooths: smooths)))
        }
    }

    mutating func fit(_ tokens: Int, out: Int = 0, max: Int? = nil, at time: Double) -> QuotaFit {
        book.fit(QuotaDemand(inputTokens: tokens, outputTokens: out, maxTokens: max), in: accounts, now: at_(time))
    }

    mutating func reserve(_ tokens: Int, out: Int = 0, max: Int? = nil, at time: Double) -> QuotaBook.ReservationID {
        book.reserve(QuotaDemand(inputTokens: tokens, outputTokens: out, maxTokens: max), in: accounts, now: at_(time))
    }

    mutating func settle(_ id: QuotaBook.ReservationID, _ settlement: Settlement, at time: Double) -> Bool {
        book.settle(id, settlement, now: at_(time))
    }

    mutating func status(_ metric: QuotaMetric, of account: Int = 0, at time: Double) -> QuotaAccount.Status? {
        let scope = QuotaScope.provider("p\(account)")
        return book.statuses(now: at_(time)).first { $0.scope == scope && $0.status.metric == metric }?.status
    }

    mutating func learn(
        _ readings: [QuotaMetric: RateLimitReport.Reading], from id: QuotaBook.ReservationID, at time: Double
    ) {
        book.learn(RateLimitReport(readings), from: id, about: accounts[0], now: at_(time))
    }

    private func at_(_ seconds: Double) -> MonotonicInstant { at(seconds) }
}

@Suite("Quota book")
struct QuotaBookTests {
    @Test("A request takes from all accounts or from none")
    func allOrNothing() {
        var test = BookUnderTest([[.requestsPerMinute: 10], [.tokensPerMinute: 100]])
        #expect(test.fit(80, at: 0) == .now)
        _ = test.reserve(80, at: 0)
        #expect(test.fit(80, at: 0) == .at(at(61), .tokensPerMinute))
        #expect(test.status(.requestsPerMinute, at: 0)?.reserved == 1, "a look takes nothing")
    }

    @Test("What is larger than a limit never fits; what might not be used does not count")
    func never() {
        var test = BookUnderTest([[.tokensPerMinute: 100, .outputTokensPerMinute: 20]])
        #expect(test.fit(101, at: 0) == .never(.tokensPerMinute, limit: 100))
        #expect(test.fit(90, out: 500, at: 0) == .now, "the answer may be short: it goes when everything is free")
        _ = test.reserve(90, out: 500, at: 0)
        #expect(test.status(.tokensPerMinute, at: 0)?.reserved == 100)
        #expect(test.status(.outputTokensPerMinute, at: 0)?.reserved == 20)
    }

    @Test("Where the provider counts what the caller allows, it is reserved")
    func countsMaximum() {
        var counting = BookUnderTest([[.tokensPerMinute: 1000]], countsMaximum: true)
        _ = counting.reserve(10, out: 20, max: 400, at: 0)
        #expect(counting.status(.tokensPerMinute, at: 0)?.reserved == 400)
        var other = BookUnderTest([[.tokensPerMinute: 1000]])
        _ = other.reserve(10, out: 20, max: 400, at: 0)
        #expect(other.status(.tokensPerMinute, at: 0)?.reserved == 30)
    }

    @Test(
        "A settlement counts once, whichever it is",
        arguments: [
            (Settlement.notSent, 0, 0), (.refused, 1, 0), (.unknown, 1, 70),
            (.used(Usage(inputTokens: 5, outputTokens: 7)), 1, 12), (.used(Usage(totalTokens: 33)), 1, 33),
            (.used(Usage(outputTokens: 7)), 1, 70), (.used(Usage()), 1, 70), (.interrupted(outputTokens: 5), 1, 70),
            (.interrupted(outputTokens: 500), 1, 550),
        ])
    func settlements(_ settlement: Settlement, requests: Int, tokens: Int) {
        var test = BookUnderTest([[.requestsPerMinute: 10, .tokensPerMinute: 100, .concurrency: 5]])
        let id = test.reserve(50, out: 20, at: 0)
        #expect(test.book.inUse(test.accounts[0]) == 1)
        #expect(test.settle(id, settlement, at: 1) == true)
        #expect(test.status(.requestsPerMinute, at: 1)?.used == requests)
        #expect(test.status(.tokensPerMinute, at: 1)?.used == tokens)
        #expect(test.status(.tokensPerMinute, at: 1)?.reserved == 0)
        #expect(test.book.inUse(test.accounts[0]) == 0)
        #expect(test.settle(id, .notSent, at: 2) == false)
        #expect(test.status(.tokensPerMinute, at: 2)?.used == tokens)
        #expect(test.book.reservationCount == 0)
    }

    @Test("Input that the provider's cache gave does not count against the input limit")
    func cachedInput() {
        var test = BookUnderTest([[.inputTokensPerMinute: 1000]])
        let id = test.reserve(500, at: 0)
        #expect(test.settle(id, .used(Usage(inputTokens: 500, outputTokens: 1, cachedInputTokens: 450)), at: 1) == true)
        #expect(test.status(.inputTokensPerMinute, at: 1)?.used == 50)
    }

    @Test("What was used beyond the limit is made up for before anything is granted")
    func debt() {
        var test = BookUnderTest([[.tokensPerMinute: 100]])
        let first = test.reserve(10, at: 0)
        let second = test.reserve(10, at: 30)
        #expect(test.settle(first, .used(Usage(inputTokens: 60, outputTokens: 60)), at: 31) == true)
        #expect(test.settle(second, .used(Usage(inputTokens: 10, outputTokens: 80)), at: 32) == true)
        #expect(test.fit(1, at: 33) == .at(at(61), .tokensPerMinute))
        #expect(test.fit(20, at: 61) == .at(at(91), .tokensPerMinute))
    }

    @Test("Places are given back, and nobody knows when")
    func concurrency() {
        var test = BookUnderTest([[.concurrency: 2]])
        let first = test.reserve(1, at: 0)
        _ = test.reserve(1, at: 0)
        #expect(test.fit(1, at: 100) == .onRelease)
        #expect(test.settle(first, .unknown, at: 100) == true)
        #expect(test.fit(1, at: 100) == .now)
    }

    @Test("What leaves the host late counts from when it does")
    func late() {
        var test = BookUnderTest([[.requestsPerMinute: 1]])
        let id = test.reserve(1, at: 0)
        test.book.dispatched(id, now: at(5))
        #expect(test.fit(1, at: 61) == .at(at(66), .requestsPerMinute))
        #expect(test.settle(id, .used(Usage()), at: 10) == true)
        #expect(test.fit(1, at: 61) == .at(at(66), .requestsPerMinute))
    }

    @Test("Requests are spread over the minute, and the minute is used up")
    func smoothing() {
        var test = BookUnderTest([[.requestsPerMinute: 60]], smooths: true)
        var times: [Double] = []
        var time = 0.0
        while time < 610 {
            switch test.fit(1, at: time) {
            case .now:
                _ = test.reserve(1, at: time)
                times.append(time)
            case .at(let instant, _): time = Double(instant.nanoseconds) / 1e9 - 1000 + 1e-6
            case .onRelease, .never:
                Issue.record("it is a matter of time")
                return
            }
        }
        #expect(times.count { $0 < 1 } == 6, "a tenth at once")
        let most = times.map { first in times.count { $0 >= first && $0 < first + 60 } }.max() ?? 0
        #expect(most == 60)
        let crowd = times.map { first in times.count { $0 >= first && $0 < first + 5 } }.max() ?? 0
        #expect(crowd <= 6 + 5, "the burst, and one a second")
        #expect(times.count >= 590)
    }

    // MARK: Learning

    @Test("What others use of the same key is taken off until the provider's window is over")
    func foreign() {
        var test = BookUnderTest([[.requestsPerMinute: 100]])
        let id = test.reserve(1, at: 0)
        let later = test.reserve(1, at: 0.1)
        test.learn([.requestsPerMinute: .init(limit: 100, remaining: 40, reset: .seconds(20))], from: id, at: 1)
        // Of 40, the later request takes one, which the provider had not counted.
        #expect(test.status(.requestsPerMinute, at: 1)?.used == 100 - 39 - 2)
        #expect(test.status(.requestsPerMinute, at: 21.1)?.reserved == 2)
        #expect(test.status(.requestsPerMinute, at: 21.1)?.used == 0)
        test.learn([.requestsPerMinute: .init(limit: 100, remaining: 99, reset: .seconds(1))], from: later, at: 2)
        #expect(test.status(.requestsPerMinute, at: 2)?.used == 0, "it says better than it was")
    }

    @Test("An answer that was overtaken says nothing")
    func order() {
        var test = BookUnderTest([[.requestsPerMinute: 100]])
        let first = test.reserve(1, at: 0)
        let second = test.reserve(1, at: 0)
        test.learn([.requestsPerMinute: .init(limit: 50, remaining: 5)], from: second, at: 1)
        test.learn([.requestsPerMinute: .init(limit: 100, remaining: 95)], from: first, at: 2)
        #expect(test.status(.requestsPerMinute, at: 2)?.effective == 50)
        #expect(test.status(.requestsPerMinute, at: 2)?.used == 43)
    }

    @Test("Nothing left means nothing before the reset")
    func nothingLeft() {
        var test = BookUnderTest([[.requestsPerMinute: 100]])
        let id = test.reserve(1, at: 0)
        test.learn([.requestsPerMinute: .init(limit: 100, remaining: 0, reset: .seconds(30))], from: id, at: 1)
        #expect(test.fit(1, at: 2) == .at(at(31), .requestsPerMinute))
    }

    @Test("A limit that nobody configured is the provider's; nonsense is none")
    func unknownLimit() {
        var test = BookUnderTest([[:]])
        let id = test.reserve(1, at: 0)
        #expect(test.fit(1_000_000, at: 0) == .now)
        test.learn([.tokensPerMinute: .init(limit: -1, remaining: -1)], from: id, at: 1)
        #expect(test.status(.tokensPerMinute, at: 1) == nil)
        let next = test.reserve(1, at: 1)
        test.learn([.tokensPerMinute: .init(limit: 500, remaining: 500)], from: next, at: 2)
        #expect(test.fit(501, at: 2) == .never(.tokensPerMinute, limit: 500))
        #expect(test.status(.tokensPerMinute, at: 2)?.source == .provider)
        #expect(test.settle(id, .unknown, at: 3) == true)
        #expect(test.settle(next, .unknown, at: 3) == true)
    }

    @Test("A limit is lowered at once and raised by a tenth a minute, never above what is configured")
    func ramp() {
        var test = BookUnderTest([[.requestsPerMinute: 100]])
        test.learn([.requestsPerMinute: .init(limit: 40)], from: test.reserve(1, at: 0), at: 0)
        #expect(test.status(.requestsPerMinute, at: 0)?.effective == 40)
        test.learn([.requestsPerMinute: .init(limit: 1000)], from: test.reserve(1, at: 0), at: 0)
        #expect(test.status(.requestsPerMinute, at: 0)?.effective == 40)
        #expect(test.status(.requestsPerMinute, at: 60)?.effective == 44)
        #expect(test.status(.requestsPerMinute, at: 3600)?.effective == 100)
        #expect(test.status(.requestsPerMinute, at: 3600)?.source == .configured)
    }

    @Test("A limit grows under load, too: hearing the same of it again and again holds nothing up")
    func rampUnderLoad() {
        var test = BookUnderTest([[:]])
        test.learn([.requestsPerMinute: .init(limit: 40)], from: test.reserve(1, at: 0), at: 0)
        for tick in 1...18_000 {
            let time = Double(tick) / 10
            let id = test.reserve(1, at: time)
            // One server of the provider's tells of its limit a little differently.
            test.learn([.requestsPerMinute: .init(limit: tick % 50 == 0 ? 101 : 100)], from: id, at: time)
            _ = test.settle(id, .notSent, at: time)
            switch tick {
            case 600: #expect(test.status(.requestsPerMinute, at: time)?.effective == 44)
            case 3000: #expect((63...65).contains(test.status(.requestsPerMinute, at: time)?.effective ?? 0))
            default: break
            }
        }
        #expect(test.status(.requestsPerMinute, at: 1800)?.effective ?? 0 >= 100)
    }

    @Test("A complaint without a number halves what was used, and is forgotten in time")
    func complaint() {
        var test = BookUnderTest([[:]])
        let ids = (0..<10).map { _ in test.reserve(1, at: 0) }
        test.book.complain(test.accounts[0], now: at(0))
        #expect(test.fit(1, at: 0) == .onRelease)
        for id in ids.dropFirst(4) { #expect(test.settle(id, .unknown, at: 1) == true) }
        #expect(test.fit(1, at: 1) == .now, "five may be on their way")
        #expect(test.status(.concurrency, at: 1)?.source == .learned)
        #expect(test.status(.concurrency, at: 3600) == nil)
    }

    // MARK: Gates

    @Test("A gate opens for one; the others wait for its answer, a second at most")
    func gate() {
        var test = BookUnderTest([[:]])
        test.book.close(test.accounts[0], until: at(10), now: at(0))
        test.book.close(test.accounts[0], until: at(5), now: at(0))
        #expect(test.fit(1, at: 6) == .at(at(10), nil), "a shorter wait does not shorten a longer one")
        #expect(test.fit(1, at: 10) == .now)
        let probe = test.reserve(1, at: 10)
        #expect(test.fit(1, at: 10) == .at(at(11), nil))
        test.learn([:], from: probe, at: 10.2)
        #expect(test.fit(1, at: 10.2) == .now)
    }

    @Test("A probe that was not sent is none; a silent one holds up nobody for long")
    func probe() {
        var test = BookUnderTest([[:]])
        test.book.close(test.accounts[0], until: at(10), now: at(0))
        let probe = test.reserve(1, at: 10)
        #expect(test.settle(probe, .notSent, at: 10.1) == true)
        #expect(test.fit(1, at: 10.1) == .now)
        _ = test.reserve(1, at: 10.2)
        #expect(test.fit(1, at: 10.3) == .at(at(11.2), nil))
        #expect(test.fit(1, at: 11.2) == .now)
    }

    @Test("Limits can be lowered under load, raised and removed")
    func configure() {
        var test = BookUnderTest([[.requestsPerMinute: 10]])
        for _ in 0..<8 { _ = test.reserve(1, at: 0) }
        let less = QuotaLimits([.requestsPerMinute: 5, .tokensPerMinute: 10])
        test.book.configure(test.accounts[0], QuotaAccountSettings(limits: less))
        #expect(test.fit(1, at: 1) == .at(at(61), .requestsPerMinute))
        #expect(test.fit(11, at: 1) == .never(.tokensPerMinute, limit: 10))
        test.book.configure(test.accounts[0], QuotaAccountSettings(limits: QuotaLimits()))
        #expect(test.fit(1_000_000, at: 1) == .now)
    }
}
