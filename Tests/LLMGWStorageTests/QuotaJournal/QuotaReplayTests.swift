import Testing

@testable import LLMGWStorage

@Suite("Quota replay")
struct QuotaReplayTests {
    private func record(_ sequence: UInt64, at time: UInt64, _ amount: UInt32 = 1) -> QuotaRecord {
        QuotaRecord(sequence: sequence, time: time, bucket: 1, amount: amount)
    }

    private func ages(
        _ records: [QuotaRecord], now: UInt64, sameBoot: Bool = true
    ) -> (ages: [UInt64], isExact: Bool) {
        let (entries, isExact) = QuotaReplay(window: 60, now: now, isSameBoot: sameBoot).restore(records)
        return (entries.map { now - $0.time }, isExact)
    }

    @Test func withinABootTheAgesAreExact() {
        let (ages, isExact) = ages([record(3, at: 100), record(1, at: 40), record(2, at: 41)], now: 100)
        #expect(ages == [59, 0])
        #expect(isExact)
    }

    @Test func underAnotherBootTheLastOneWasJustNowAndTheOthersKeepTheirDistance() {
        let (ages, isExact) = ages(
            [record(1, at: 900), record(2, at: 950), record(3, at: 990)], now: 500, sameBoot: false)
        #expect(ages == [40, 0])
        #expect(!isExact)
    }

    @Test func underAnotherBootALongPauseIsNotTrusted() {
        #expect(ages([record(1, at: 10)], now: 1_000_000, sameBoot: false).ages == [0])
    }

    @Test func aRecordOfTheFutureMeansThatTheClockWentBack() {
        let (ages, isExact) = ages([record(1, at: 900), record(2, at: 990)], now: 980)
        #expect(ages == [0], "the first is 90 before the last")
        #expect(!isExact)
    }

    @Test func whatWasGivenBackIsGone() {
        #expect(ages([record(1, at: 90, 0), record(2, at: 91)], now: 100).ages == [9])
    }

    @Test func aMachineThatHasJustBootedHasNoTimesBeforeThat() {
        let (ages, _) = ages([record(1, at: 900), record(2, at: 950)], now: 20, sameBoot: false)
        #expect(ages == [20, 0], "as old as a time of this boot can be, which is younger than it is")
    }

    @Test func nothingToRestore() {
        #expect(ages([], now: 100).ages == [])
        #expect(ages([], now: 0, sameBoot: false).isExact == false)
    }
}
