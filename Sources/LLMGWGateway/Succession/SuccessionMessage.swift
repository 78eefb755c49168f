import LLMGWCore
import LLMGWPolicy
import LLMGWStorage

/// What a daemon and the one that succeeds it tell each other: a line of JSON each. docs/adr/0025 has the order of it.
///
/// The two can be of different versions: members that are not known are ignored, and a message of an unknown kind is, too.
enum SuccessionMessage: Equatable {
    // MARK: The successor's

    /// The configuration is read and valid; nothing is opened that the predecessor has.
    case prepared(version: String)
    /// Connections are accepted.
    case ready
    /// It cannot take over, and ends.
    case refused([String])
    /// The answers to `ask`: it may go; it may ask again after a while; it has no place here.
    case granted(UInt64)
    case wait(UInt64, Duration)
    case denied(UInt64)

    // MARK: The predecessor's

    /// What is granted and not settled.
    case reservation(HandedReservation)
    case spending(HandedSpending)
    /// `left`: nil without an end.
    case pause(HandedPause)
    /// That was all of it; the files are closed.
    case take
    /// The service manager knows.
    case go
    /// May this begin? The first reservation's number is the question's.
    case ask([HandedReservation], HandedSpending?)
    case dispatched(UInt64)
    case settle(UInt64, Settlement)
    /// A part of a spending is over; nil where nobody knows what it cost.
    case spent(UInt64, [QuotaScope], costs: [Cost]?)
    case usage(UsageRecord)
}

/// What a request of the predecessor's holds in some accounts.
struct HandedReservation: Equatable {
    /// The predecessor's own.
    var number: UInt64
    var accounts: [HandedAccount]
    var demand: QuotaDemand
}

/// An account, and its limits where the successor has to open it.
struct HandedAccount: Equatable {
    var scope: QuotaScope
    var limits: QuotaLimits
}

/// What a request of the predecessor's may cost.
struct HandedSpending: Equatable {
    var number: UInt64
    var cost: Cost?
    var scopes: [QuotaScope]
}

/// An operator's order that goes on.
struct HandedPause: Equatable {
    var scope: PauseScope
    var actor: String
    var reason: String
    /// Nil without an end.
    var left: Duration?
    var refuses: Bool
}
