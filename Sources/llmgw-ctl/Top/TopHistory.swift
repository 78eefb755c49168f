import LLMGWCore

/// The samples of the last seconds, so that counters become rates.
///
/// No terminal state. A daemon that has been started anew counts from 0: what its predecessor said is forgotten.
struct TopHistory: Sendable {
    /// How far back rates reach. Longer makes them calmer, and later.
    static let window = Duration.seconds(10)

    private(set) var samples: [TopSample] = []

    var latest: TopSample? { samples.last }

    mutating func add(_ sample: TopSample) {
        if let last = samples.last, last.status.pid != sample.status.pid || last.status.uptime > sample.status.uptime {
            samples = []
        }
        samples.append(sample)
        // The oldest is kept until the next one is as old as the window, so that an interval longer than it has a rate too.
        while samples.count > 2, sample.time - samples[1].time >= Self.window { samples.removeFirst() }
    }

    /// By how much the counter rose; nil where it cannot be told.
    func increase(_ counter: (TopSample) -> UInt64?) -> UInt64? {
        guard samples.count > 1, let first = counter(samples[0]), let last = counter(samples[samples.count - 1]),
            last >= first
        else {
            return nil
        }
        return last - first
    }

    /// For a second.
    func rate(_ counter: (TopSample) -> UInt64?) -> Double? {
        guard let increase = increase(counter) else { return nil }
        let nanoseconds = (samples[samples.count - 1].time - samples[0].time).wholeNanoseconds
        return nanoseconds > 0 ? Double(increase) * 1e9 / Double(nanoseconds) : nil
    }

    /// Of the increase of `all`, that of `part`; nil where nothing happened.
    func share(_ part: (TopSample) -> UInt64?, of all: (TopSample) -> UInt64?) -> Double? {
        guard let all = increase(all), let part = increase(part), all > 0 else { return nil }
        return min(1, Double(part) / Double(all))
    }
}
