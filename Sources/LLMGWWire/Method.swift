/// A method's stable number. PROTOCOL.md, "Methods".
public enum Method: UInt16, Sendable, CaseIterable {
    case ping = 0x0101
    case getInfo = 0x0102
    case getSchema = 0x0103
    case chat = 0x0201
    case complete = 0x0202
    case embed = 0x0203
    case batch = 0x0204
    case listModels = 0x0205
    case status = 0x0301
    case listRequests = 0x0302
    case cancelRequest = 0x0303
    case getConfig = 0x0304
    case listDeployments = 0x0305
    case listBreakers = 0x0306
    case setBreaker = 0x0307
    case testModels = 0x0308
    case explain = 0x0309
    case listAlerts = 0x030a
    case listLimits = 0x0401
    case listQueues = 0x0402
    case listClients = 0x0403
    case getUsage = 0x0404
    case listBudgets = 0x0405
    case getCacheStats = 0x0501
    case getCacheEntry = 0x0502
    case purgeCache = 0x0503
    case reload = 0x0601
    case drain = 0x0602
    case pause = 0x0603
    case resume = 0x0604
    case watchEvents = 0x0605
    case listSlowRequests = 0x0606
    case getLatency = 0x0607
    case getMetrics = 0x0608
    case upgrade = 0x0609

    /// "llmgw.v1.Gateway/Chat".
    public var fullName: String { "llmgw.v1.\(service)/\(operation)" }

    public var service: String {
        switch rawValue >> 8 {
        case 1: "Meta"
        case 2: "Gateway"
        case 3: "Admin"
        case 4: "Quota"
        case 5: "Cache"
        default: "Host"
        }
    }

    /// "Chat".
    public var operation: String {
        switch self {
        case .ping: "Ping"
        case .getInfo: "GetInfo"
        case .getSchema: "GetSchema"
        case .chat: "Chat"
        case .complete: "Complete"
        case .embed: "Embed"
        case .batch: "Batch"
        case .listModels: "ListModels"
        case .status: "Status"
        case .listRequests: "ListRequests"
        case .cancelRequest: "CancelRequest"
        case .getConfig: "GetConfig"
        case .listDeployments: "ListDeployments"
        case .listBreakers: "ListBreakers"
        case .setBreaker: "SetBreaker"
        case .testModels: "TestModels"
        case .explain: "Explain"
        case .listAlerts: "ListAlerts"
        case .listLimits: "ListLimits"
        case .listQueues: "ListQueues"
        case .listClients: "ListClients"
        case .getUsage: "GetUsage"
        case .listBudgets: "ListBudgets"
        case .getCacheStats: "GetCacheStats"
        case .getCacheEntry: "GetCacheEntry"
        case .purgeCache: "PurgeCache"
        case .reload: "Reload"
        case .drain: "Drain"
        case .pause: "Pause"
        case .resume: "Resume"
        case .watchEvents: "WatchEvents"
        case .listSlowRequests: "ListSlowRequests"
        case .getLatency: "GetLatency"
        case .getMetrics: "GetMetrics"
        case .upgrade: "Upgrade"
        }
    }
}
