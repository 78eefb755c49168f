internal import CCurl

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

    /// From the answer's own date, so that clocks need not agree, to another. Nil for a date that has passed or is not understood.
    func time(until text: String) -> Duration? {
        let date = curl_getdate(text, nil)
        guard date > 0 else { return nil }
        let now = self["date"].map { curl_getdate($0, nil) } ?? -1
        guard now > 0, date >= now else { return nil }
        return .seconds(min(date - now, Int(Self.maxRetryAfter)))
    }

    /// Of a date in a header; nil where it is not understood.
    func secondsSince1970(_ date: String) -> Int? {
        let seconds = curl_getdate(date, nil)
        return seconds > 0 ? seconds : nil
    }

    /// Seconds: nobody waits longer than a month.
    static let maxRetryAfter = 31.0 * 86_400
}
