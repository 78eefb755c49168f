/// A point on the wall clock, in milliseconds since 1970 UTC: for what people and other programs read, and what outlives the process.
public struct UnixTime: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    public static func < (a: UnixTime, b: UnixTime) -> Bool { a.milliseconds < b.milliseconds }

    private static let millisecondsPerDay: Int64 = 86_400_000

    /// Midnight UTC; nil if there is no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard (1970...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        let days = Self.daysSince1970(year: year, month: month, day: day)
        guard Self.date(days) == (year, month, day) else { return nil }
        self.init(milliseconds: days * Self.millisecondsPerDay)
    }

    /// "2026-11-21", of UTC.
    public var day: String {
        let (year, month, day) = Self.date(dayNumber)
        return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
    }

    /// Whole days since 1970.
    public var dayNumber: Int64 { milliseconds.flooredDivision(by: Self.millisecondsPerDay) }

    /// As in RFC 3339: "2026-11-21T09:05:32.123Z".
    public var description: String {
        let rest = Int(milliseconds - dayNumber * Self.millisecondsPerDay)
        let (seconds, fraction) = rest.quotientAndRemainder(dividingBy: 1000)
        let time = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { Self.padded($0, 2) }.joined(separator: ":")
        return "\(day)T\(time).\(Self.padded(fraction, 3))Z"
    }

    // The calendar, counted from March, so that a leap day ends its year (Howard Hinnant, "chrono-compatible low-level date algorithms").

    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int64 {
        let year = Int64(month <= 2 ? year - 1 : year)
        let era = year.flooredDivision(by: 400)
        let yearOfEra = year - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(_ days: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        return (
            Int(yearOfEra + era * 400) + (month >= 10 ? 1 : 0), Int(month < 10 ? month + 3 : month - 9),
            Int(dayOfYear - (153 * month + 2) / 5 + 1)
        )
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
