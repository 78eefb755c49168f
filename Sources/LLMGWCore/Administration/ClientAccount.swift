/// One client: who it is, what it may, and what it does. Counters start at 0 with the daemon.
public struct ClientAccount: Sendable, Hashable {
    /// As the configuration calls it, else the user's name, else "uid/NUMBER".
    public var name: String
    public var uid: UInt32
    public var gid: UInt32
    /// Which entry of [clients] applies, or "default".
    public var policy: String
    public var weight: Double
    /// The best it gets.
    public var priority: Priority?
    public var connections: UInt32
    public var inFlight: UInt32
    public var waiting: UInt32
    public var counts: RequestCounts
    public var usage: Usage
    /// In each currency.
    public var costs: [Cost]
    /// Of one of its processes, where it is readable: a label, not an identity.
    public var unit: String?
    /// As `unit`.
    public var executable: String?
    /// The models that it may use; none means all.
    public var models: [String]

    public init(
        name: String = "", uid: UInt32 = 0, gid: UInt32 = 0, policy: String = "", weight: Double = 0,
        priority: Priority? = nil, connections: UInt32 = 0, inFlight: UInt32 = 0, waiting: UInt32 = 0,
        counts: RequestCounts = RequestCounts(), usage: Usage = Usage(), costs: [Cost] = [], unit: String? = nil,
        executable: String? = nil, models: [String] = []
    ) {
        self.name = name
        self.uid = uid
        self.gid = gid
        self.policy = policy
        self.weight = weight
        self.priority = priority
        self.connections = connections
        self.inFlight = inFlight
        self.waiting = waiting
        self.counts = counts
        self.usage = usage
        self.costs = costs
        self.unit = unit
        self.executable = executable
        self.models = models
    }
}
