import LLMGWCore

/// Seconds of the test's clock, which starts well after zero as a real one does.
func at(_ seconds: Double) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: UInt64((1000 + seconds) * 1e9))
}
