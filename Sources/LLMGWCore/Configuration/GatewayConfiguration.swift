/// Everything the gateway was told, valid and complete: an immutable snapshot.
public struct GatewayConfiguration: Sendable {
    public var server: ServerSettings
    /// By name.
    public var providers: [String: ProviderSettings]
    /// By name.
    public var models: [String: ModelSettings]
    public var defaults: DefaultSettings
    /// By name; the one for everybody else is always there.
    public var clients: [String: ClientSettings]
    public var resilience: ResilienceSettings
    public var alerts: [AlertSettings]
    public var cache: CacheSettings
    public var metrics: MetricsSettings
    /// The file it came from; nil for the built-in default.
    public var path: String?
    /// Every setting with its effective value, for people. Secrets are masked.
    public var effective: [EffectiveSetting]

    public init(
        server: ServerSettings, providers: [String: ProviderSettings], models: [String: ModelSettings],
        defaults: DefaultSettings,
        clients: [String: ClientSettings] = [ClientSettings.defaultName: ClientSettings()],
        resilience: ResilienceSettings = ResilienceSettings(), alerts: [AlertSettings] = [],
        cache: CacheSettings = CacheSettings(), metrics: MetricsSettings = MetricsSettings(), path: String? = nil,
        effective: [EffectiveSetting] = []
    ) {
        self.server = server
        self.providers = providers
        self.models = models
        self.defaults = defaults
        self.clients = clients
        self.resilience = resilience
        self.alerts = alerts
        self.cache = cache
        self.metrics = metrics
        self.path = path
        self.effective = effective
    }
}

/// A setting as `llmgw-ctl config show` prints it.
public struct EffectiveSetting: Sendable, Hashable {
    /// "providers.openai.base_url".
    public var key: String
    /// As TOML.
    public var value: String
    public var source: Source
    /// A reload does not change it.
    public var needsRestart: Bool

    public enum Source: String, Sendable {
        case file, `default`
    }

    public init(key: String, value: String, source: Source, needsRestart: Bool = false) {
        self.key = key
        self.value = value
        self.source = source
        self.needsRestart = needsRestart
    }
}
