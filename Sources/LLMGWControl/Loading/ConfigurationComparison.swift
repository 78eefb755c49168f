public import LLMGWCore

/// What a new configuration changes of an old one.
public enum ConfigurationComparison {
    /// In the order of their keys. A key or a header's value that is another one now is told, though never shown.
    public static func changes(from old: GatewayConfiguration, to new: GatewayConfiguration) -> [SettingChange] {
        let before = Dictionary(old.effective.map { ($0.key, $0) }) { first, _ in first }
        let after = Dictionary(new.effective.map { ($0.key, $0) }) { first, _ in first }
        let rotated = rotatedSecrets(from: old, to: new)
        return Set(before.keys).union(after.keys).sorted().compactMap { key in
            let (former, present) = (before[key], after[key])
            guard former?.value != present?.value || rotated.contains(key) else { return nil }
            // A section that came or went says what is written in it; its defaults are no news.
            if former == nil || present == nil, (present ?? former)?.source == .default { return nil }
            return SettingChange(
                key: key, oldValue: former?.value, newValue: present?.value,
                needsRestart: (present ?? former)?.needsRestart ?? false)
        }
    }

    /// The settings behind which another secret is now, whether or not they say the same as before.
    private static func rotatedSecrets(from old: GatewayConfiguration, to new: GatewayConfiguration) -> Set<String> {
        var keys: Set<String> = []
        for (name, provider) in new.providers {
            guard let known = old.providers[name] else { continue }
            let section = "providers.\(EffectiveSettings.bareOrQuoted(name))."
            if known.key != provider.key {
                let sources = ["key_credential", "key_file", "key_env"].map { section + $0 }
                keys.formUnion(new.effective.map(\.key).filter(sources.contains))
            }
            if known.headers != provider.headers { keys.insert(section + "headers") }
        }
        return keys
    }
}
