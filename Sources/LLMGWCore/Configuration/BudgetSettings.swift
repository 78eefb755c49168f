/// What may be spent in a period.
public struct BudgetSettings: Sendable, Hashable {
    public var period: BudgetPeriod
    /// Millionths of the currency at which nothing more is granted; nil where nothing stops.
    public var stop: Int64?
    /// Millionths of the currency at which people are told; nil where nobody is.
    public var warn: Int64?
    /// ISO 4217. Costs in another currency do not count.
    public var currency: String

    public init(period: BudgetPeriod, stop: Int64? = nil, warn: Int64? = nil, currency: String = "USD") {
        self.period = period
        self.stop = stop
        self.warn = warn
        self.currency = currency
    }
}

/// A day or a month of UTC.
public enum BudgetPeriod: String, Sendable, Hashable, CaseIterable {
    case day, month

    /// The number of the period that holds this moment, counted from 1970. Milliseconds since 1970.
    public func number(at wallClock: Int64) -> Int {
        let day = Self.day(of: wallClock)
        return switch self {
        case .day: day
        case .month: Self.month(of: day)
        }
    }

    /// When the period began that holds this moment, in milliseconds since 1970.
    public func start(at wallClock: Int64) -> Int64 {
        switch self {
        case .day: Int64(Self.day(of: wallClock)) * 86_400_000
        case .month: Int64(Self.firstDay(ofMonth: Self.month(of: Self.day(of: wallClock)))) * 86_400_000
        }
    }

    /// When the period ends that holds this moment, in milliseconds since 1970.
    public func end(at wallClock: Int64) -> Int64 {
        switch self {
        case .day: Int64(Self.day(of: wallClock) + 1) * 86_400_000
        case .month: Int64(Self.firstDay(ofMonth: Self.month(of: Self.day(of: wallClock)) + 1)) * 86_400_000
        }
    }

    private static func day(of wallClock: Int64) -> Int {
        Int((wallClock - (wallClock < 0 ? 86_399_999 : 0)) / 86_400_000)
    }

    /// Months since January 1970 of a day of the Gregorian calendar (Hinnant's algorithm, which begins the year in March).
    private static func month(of day: Int) -> Int {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year - 1970) * 12 + month - 1
    }

    private static func firstDay(ofMonth number: Int) -> Int {
        let monthIndex = ((number % 12) + 12) % 12
        let year = 1970 + (number - monthIndex) / 12 - (monthIndex < 2 ? 1 : 0)
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (monthIndex < 2 ? monthIndex + 10 : monthIndex - 2) + 2) / 5
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
