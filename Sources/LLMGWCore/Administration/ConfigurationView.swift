/// The settings in force, secrets masked, and the file they came from.
public struct ConfigurationView: Sendable, Hashable {
    public var path: String?
    public var settings: [EffectiveSetting]

    public init(path: String?, settings: [EffectiveSetting]) {
        self.path = path
        self.settings = settings
    }
}
