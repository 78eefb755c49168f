import ArgumentParser
import LLMGWControl
import LLMGWCore

/// A point in time on the command line: a day of UTC ("2026-11-21"), or how long ago ("90m", "24h", "7d").
struct PointInTime: ExpressibleByArgument, Sendable {
    let time: UnixTime

    init?(argument: String) {
        if let day = Self.day(argument) {
            time = day
            return
        }
        guard let span = Self.span(argument), span > .zero else { return nil }
        time = UnixTime(milliseconds: UnixTime.now.milliseconds - span.wholeMilliseconds)
    }

    private static func day(_ text: String) -> UnixTime? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, zip(parts, [4, 2, 2]).allSatisfy({ $0.utf8.count == $1 }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else {
            return nil
        }
        return UnixTime(year: year, month: month, day: day)
    }

    private static func span(_ text: String) -> Duration? {
        guard text.hasSuffix("d") else { return Duration(settingText: text) }
        // A hundred years, so that nothing overflows.
        guard let days = Int64(text.dropLast()), (0...36_525).contains(days) else { return nil }
        return .seconds(days * 86_400)
    }
}
