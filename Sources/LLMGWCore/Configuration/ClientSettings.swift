/// `[clients.NAME]`: what some of the callers may take.
public struct ClientSettings: Sendable, Hashable {
    /// The section for callers that no other one describes.
    public static let defaultName = "default"

    public var name: String
    public var match: ClientMatch
    /// The client's share beside the others', above 0.
    public var weight: Double
    /// The best that its requests get.
    public var priority: Priority
    /// Nil allows all.
    public var models: Set<String>?
    public var limits: QuotaLimits
    /// By the model's name: further limits for requests that ask for it.
    public var modelLimits: [String: QuotaLimits]
    /// Requests that may wait.
    public var maxQueue: Int
    public var budgets: [BudgetSettings]

    public init(
        name: String = ClientSettings.defaultName, match: ClientMatch = ClientMatch(), weight: Double = 1,
        priority: Priority = .normal, models: Set<String>? = nil, limits: QuotaLimits = QuotaLimits(),
        modelLimits: [String: QuotaLimits] = [:], maxQueue: Int = 1024, budgets: [BudgetSettings] = []
    ) {
        self.name = name
        self.match = match
        self.weight = weight
        self.priority = priority
        self.models = models
        self.limits = limits
        self.modelLimits = modelLimits
        self.maxQueue = maxQueue
        self.budgets = budgets
    }
}

/// Which callers a section of `[clients]` describes: those that meet one entry of every list that is not empty.
public struct ClientMatch: Sendable, Hashable {
    public var users: Set<UInt32>
    public var groups: Set<UInt32>
    /// systemd units, such as "report.service".
    public var units: Set<String>
    /// Paths of programs.
    public var executables: Set<String>

    public init(
        users: Set<UInt32> = [], groups: Set<UInt32> = [], units: Set<String> = [], executables: Set<String> = []
    ) {
        self.users = users
        self.groups = groups
        self.units = units
        self.executables = executables
    }

    public var isEmpty: Bool { users.isEmpty && groups.isEmpty && units.isEmpty && executables.isEmpty }
}
