import LLMGWCore
import Testing

@Suite("Wall clock")
struct UnixTimeTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_795_251_905_123, "2026-11-21T09:05:05.123Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
    ])
    func text(_ milliseconds: Int64, _ expected: String) {
        let time = UnixTime(milliseconds: milliseconds)
        #expect(time.description == expected)
        #expect(time.day == String(expected.prefix(10)))
    }

    @Test("Every day of four centuries is its own, and the next one's neighbour")
    func days() {
        var number: Int64 = 0
        for year in 1970..<2370 {
            for month in 1...12 {
                for day in 1...31 {
                    guard let time = UnixTime(year: year, month: month, day: day) else {
                        #expect(day > 28)
                        continue
                    }
                    #expect(time.dayNumber == number && time.milliseconds == number * 86_400_000)
                    number += 1
                }
            }
        }
        #expect(number == 146_097)
    }

    @Test(arguments: [(2026, 2, 29), (2026, 4, 31), (2026, 13, 1), (2026, 0, 1), (2026, 1, 0), (1969, 12, 31)])
    func noSuchDay(_ year: Int, _ month: Int, _ day: Int) {
        #expect(UnixTime(year: year, month: month, day: day) == nil)
    }
}
