import LLMGWCore
import Testing

@Suite("Monotonic instant")
struct MonotonicInstantTests {
    private func at(_ nanoseconds: UInt64) -> MonotonicInstant { MonotonicInstant(nanoseconds: nanoseconds) }

    @Test(
        arguments: [
            (100, Duration.nanoseconds(50), 150), (100, .nanoseconds(-50), 50), (100, .zero, 100),
            (100, .nanoseconds(-101), 0), (100, .seconds(1), 1_000_000_100), (.max, .nanoseconds(1), .max),
            (.max - 1, .seconds(10), .max), (5, .seconds(Int64.max), 5 + UInt64(Int64.max)),
            (5, .seconds(Int64.min), 0),
        ] as [(UInt64, Duration, UInt64)])
    func adding(start: UInt64, duration: Duration, end: UInt64) {
        #expect(at(start) + duration == at(end))
    }

    @Test(
        arguments: [
            (150, 100, Duration.nanoseconds(50)), (100, 150, .nanoseconds(-50)), (7, 7, .zero),
            (.max, 0, .nanoseconds(Int64.max)), (0, .max, .nanoseconds(-Int64.max)),
        ] as [(UInt64, UInt64, Duration)])
    func distance(later: UInt64, earlier: UInt64, expected: Duration) {
        #expect(at(later) - at(earlier) == expected)
    }

    @Test func order() {
        #expect(at(1) < at(2))
        #expect(at(2) < .distantFuture)
        #expect(.distantFuture + .seconds(1) == MonotonicInstant.distantFuture)
    }

    @Test(
        arguments: [
            (Duration.seconds(1), 1_000_000_000), (.milliseconds(-1), -1_000_000), (.nanoseconds(1), 1),
            (.seconds(Int64.max), .max), (.seconds(Int64.min), .min),
            (.seconds(9_223_372_036) + .nanoseconds(900_000_000), .max),
        ] as [(Duration, Int64)])
    func wholeNanoseconds(duration: Duration, expected: Int64) {
        #expect(duration.wholeNanoseconds == expected)
    }

    @Test func coarserUnitsAreCutOff() {
        #expect(Duration.nanoseconds(1_999_999).wholeMicroseconds == 1999)
        #expect(Duration.nanoseconds(1_999_999).wholeMilliseconds == 1)
    }
}
