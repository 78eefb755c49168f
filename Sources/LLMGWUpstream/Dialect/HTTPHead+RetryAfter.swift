internal import CCurl
import LLMGWCore

extension HTTPHead {
    /// `retry-after-ms`, or `Retry-After` in seconds or as a date. What is negative or not understood counts as absent.
    var retryAfter: Duration? {
        if let text = self["retry-after-ms"], let ms = Double(text), ms.isFinite, ms >= 0 {
            return .milliseconds(min(ms, Self.maxRetryAfter * 1000))
        }
        guard let text = self["retry-after"] else { return nil }
        if let seconds = Double(text) {
            return seconds.isFinite && seconds >= 0 ? .milliseconds(min(seconds, Self.maxRetryAfter) * 1000) : nil
        }
        return time(until: text)
    }

    /// From the answer's date to another. Nil for one that has passed or is not understood.
    func time(until text: String) -> Duration? {
        guard let date = secondsSince1970(text), let now, date >= now else { return nil }
        return .seconds(min(date - now, Int(Self.maxRetryAfter)))
    }

    /// The answer's own date, so that clocks need not agree; where it has none, the time at which it came, in seconds since 1970.
    var now: Int? {
        self["date"].flatMap(secondsSince1970) ?? received.map { Int($0.milliseconds / 1000) }
    }

    /// Of a date in a header; nil where it is not understood.
    func secondsSince1970(_ date: String) -> Int? {
        let seconds = curl_getdate(date, nil)
        return seconds > 0 ? seconds : nil
    }

    /// Seconds: nobody waits longer than a month.
    static let maxRetryAfter = 31.0 * 86_400
}
