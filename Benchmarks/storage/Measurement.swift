import LLMGWCore

/// Durations of one operation, in nanoseconds.
struct Measurement {
    private var samples: [UInt64] = []

    mutating func add(_ nanoseconds: UInt64) { samples.append(nanoseconds) }

    mutating func time(_ body: () -> Void) {
        let start = now()
        body()
        add(now() - start)
    }

    func report(_ name: String) {
        let sorted = samples.sorted()
        func quantile(_ part: Double) -> String { microseconds(sorted[Int(Double(sorted.count - 1) * part)]) }
        print("| \(name) | \(quantile(0.5)) | \(quantile(0.99)) | \(quantile(0.999)) | \(samples.count) |")
    }
}

func microseconds(_ nanoseconds: UInt64) -> String {
    let hundredths = (nanoseconds + 5) / 10
    let fraction = String(hundredths % 100)
    return "\(hundredths / 100).\(fraction.count < 2 ? "0" : "")\(fraction)"
}
