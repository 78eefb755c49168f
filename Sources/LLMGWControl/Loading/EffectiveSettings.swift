import LLMGWCore

/// Every setting of a document with the value in force, as TOML.
enum EffectiveSettings {
    static func list(_ document: SettingsDocument) -> [EffectiveSetting] {
        var settings = section(document.server, document)
        for (_, provider) in document.providers.sorted(by: { $0.name < $1.name }) {
            settings += section(provider, document)
        }
        for model in document.models.sorted(by: { $0.name < $1.name }) {
            settings += section(model.section, document)
            for (_, deployment) in model.deployments.sorted(by: { $0.name < $1.name }) {
                settings += section(deployment, document)
            }
            settings += section(model.parameters, document)
        }
        for client in document.clients.sorted(by: { $0.name < $1.name }) {
            settings += section(client.section, document)
            for (_, model) in client.models.sorted(by: { $0.name < $1.name }) { settings += section(model, document) }
        }
        settings += section(document.defaults, document) + section(document.resilience, document)
        settings += section(document.cache, document) + section(document.metrics, document)
        for (_, alert) in document.alerts.sorted(by: { $0.name < $1.name }) { settings += section(alert, document) }
        return settings
    }

    private static func section(_ section: SettingsDocument.Section, _ document: SettingsDocument) -> [EffectiveSetting]
    {
        section.schema.settings.compactMap { setting in
            let key = (section.path + [setting.name]).map(bareOrQuoted).joined(separator: ".")
            if let value = section.values[setting.name] {
                return EffectiveSetting(
                    key: key, value: text(value, setting), source: .file, needsRestart: setting.needsRestart)
            }
            return setting.default.map {
                EffectiveSetting(key: key, value: $0, source: .default, needsRestart: setting.needsRestart)
            }
        }
    }

    private static func text(_ value: SettingValue, _ setting: Setting) -> String {
        switch value {
        case .string(let text): return quoted(setting.isSecret ? "********" : text)
        case .integer(let number):
            if case .mode = setting.kind { return quoted("0" + String(number, radix: 8)) }
            return String(number)
        case .number(let number): return number.description
        case .boolean(let flag): return String(flag)
        case .duration(let duration): return quoted(duration.settingText)
        case .strings(let texts): return "[" + texts.map(quoted).joined(separator: ", ") + "]"
        case .table(let table):
            let members = table.sorted { $0.key < $1.key }
                .map { "\($0.key) = \(quoted(setting.isSecret ? "********" : $0.value))" }
            return members.isEmpty ? "{}" : "{ " + members.joined(separator: ", ") + " }"
        case .counts(let counts):
            let members = counts.sorted { $0.key < $1.key }.map { "\(bareOrQuoted($0.key)) = \($0.value)" }
            return members.isEmpty ? "{}" : "{ " + members.joined(separator: ", ") + " }"
        }
    }

    /// TOML's bare keys are letters, digits, dashes and underscores of ASCII.
    static func bareOrQuoted(_ key: String) -> String {
        let isBare = key.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isBare && !key.isEmpty ? key : quoted(key)
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for character in text.unicodeScalars {
            switch character {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            default:
                if character.value < 0x20 || character.value == 0x7F {
                    let hex = String(character.value, radix: 16, uppercase: true)
                    result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                } else {
                    result.unicodeScalars.append(character)
                }
            }
        }
        return result + "\""
    }
}
