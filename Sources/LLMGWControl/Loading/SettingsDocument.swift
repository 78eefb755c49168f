import LLMGWCore

/// A TOML document, checked against the settings table: known keys, right types, values in range.
struct SettingsDocument: Sendable {
    /// One section's values, by the settings' names.
    struct Section: Sendable {
        let schema: SettingsSection
        let path: [String]
        var values: [String: SettingValue] = [:]

        func string(_ name: String) -> String? { if case .string(let text)? = values[name] { text } else { nil } }
        func integer(_ name: String) -> Int? { if case .integer(let number)? = values[name] { number } else { nil } }
        func number(_ name: String) -> Double? { if case .number(let number)? = values[name] { number } else { nil } }
        func boolean(_ name: String) -> Bool? { if case .boolean(let flag)? = values[name] { flag } else { nil } }
        func duration(_ name: String) -> Duration? {
            if case .duration(let value)? = values[name] { value } else { nil }
        }
        func strings(_ name: String) -> [String]? { if case .strings(let texts)? = values[name] { texts } else { nil } }
        func table(_ name: String) -> [String: String]? {
            if case .table(let table)? = values[name] { table } else { nil }
        }
        func counts(_ name: String) -> [String: Int]? {
            if case .counts(let counts)? = values[name] { counts } else { nil }
        }
    }

    /// A model's section and those inside it.
    struct Model: Sendable {
        let name: String
        let section: Section
        let parameters: Section
        let deployments: [(name: String, section: Section)]
    }

    /// A client's section and those inside it.
    struct Client: Sendable {
        let name: String
        let section: Section
        let models: [(name: String, section: Section)]
    }

    var server: Section
    var defaults: Section
    var clients: [Client] = []
    var providers: [(name: String, section: Section)] = []
    var models: [Model] = []
    var resilience: Section
    var alerts: [(name: String, section: Section)] = []
    var cache: Section
    var metrics: Section
    /// What the file said, for `config show`.
    private(set) var written: Set<[String]> = []

    init(_ root: [TOMLNode.Member], _ report: inout ProblemReport) {
        server = Section(schema: SettingsTable.server, path: ["server"])
        defaults = Section(schema: SettingsTable.defaults, path: ["defaults"])
        resilience = Section(schema: ResilienceSettingsTable.resilience, path: ["resilience"])
        cache = Section(schema: CacheSettingsTable.cache, path: ["cache"])
        metrics = Section(schema: MetricsSettingsTable.metrics, path: ["metrics"])
        let known = [
            "server", "providers", "models", "defaults", "clients", "resilience", "alerts", "cache", "metrics",
        ]
        for (key, node) in root {
            guard known.contains(key) else {
                report.problem([key], "unknown section", near: NearestName.among(known, to: key))
                continue
            }
            guard case .table(let members) = node else {
                report.problem([key], "is \(node.kindName); expected a section [\(key)]")
                continue
            }
            switch key {
            case "server": server = read(SettingsTable.server, ["server"], members, &report)
            case "defaults": defaults = read(SettingsTable.defaults, ["defaults"], members, &report)
            case "resilience":
                resilience = read(ResilienceSettingsTable.resilience, ["resilience"], members, &report)
            case "cache": cache = read(CacheSettingsTable.cache, ["cache"], members, &report)
            case "metrics": metrics = read(MetricsSettingsTable.metrics, ["metrics"], members, &report)
            case "alerts":
                readNamed(key, members, &report) { name, members, document, report in
                    document.alerts.append(
                        (name, document.read(ResilienceSettingsTable.alert, [key, name], members, &report)))
                }
            case "clients":
                readNamed(key, members, &report) { name, members, document, report in
                    document.readClient(name, members, &report)
                }
            case "providers":
                readNamed(key, members, &report) { name, members, document, report in
                    document.providers.append(
                        (name, document.read(SettingsTable.provider, [key, name], members, &report)))
                }
            default:
                readNamed(key, members, &report) { name, members, document, report in
                    document.readModel(name, members, &report)
                }
            }
        }
    }

    private mutating func readNamed(
        _ key: String, _ members: [TOMLNode.Member], _ report: inout ProblemReport,
        _ body: (String, [TOMLNode.Member], inout SettingsDocument, inout ProblemReport) -> Void
    ) {
        for (name, node) in members {
            guard case .table(let members) = node else {
                report.problem([key, name], "is \(node.kindName); expected a section [\(key).NAME]")
                continue
            }
            guard Self.isName(name) else {
                report.problem([key, name], "is not a name; use letters, digits and - _ . : / @ +")
                continue
            }
            body(name, members, &self, &report)
        }
    }

    private mutating func readModel(
        _ name: String, _ members: [TOMLNode.Member], _ report: inout ProblemReport
    ) {
        let path = ["models", name]
        var own = members
        var parameters = Section(schema: SettingsTable.parameters, path: path + ["parameters"])
        if let inner = takeSection("parameters", of: &own, path, &report) {
            parameters = read(SettingsTable.parameters, path + ["parameters"], inner, &report)
        }
        var deployments: [(name: String, section: Section)] = []
        if let inner = takeSection("deployments", of: &own, path, &report) {
            deployments = readSections(
                inner, SettingsTable.deployment, path + ["deployments"], "models.NAME.deployments.ID", &report)
        }
        let section = read(
            SettingsTable.model, path, own, &report, alsoKnown: ["parameters", "deployments"])
        models.append(Model(name: name, section: section, parameters: parameters, deployments: deployments))
    }

    private mutating func readClient(
        _ name: String, _ members: [TOMLNode.Member], _ report: inout ProblemReport
    ) {
        let path = ["clients", name]
        var own = members
        let inner = takeSection("per_model", of: &own, path, &report) ?? []
        let models = readSections(
            inner, QuotaSettingsTable.clientModel, path + ["per_model"], "clients.NAME.per_model.MODEL", &report)
        let section = read(QuotaSettingsTable.client, path, own, &report, alsoKnown: ["per_model"])
        clients.append(Client(name: name, section: section, models: models))
    }

    private mutating func readSections(
        _ members: [TOMLNode.Member], _ schema: SettingsSection, _ path: [String], _ shown: String,
        _ report: inout ProblemReport
    ) -> [(name: String, section: Section)] {
        members.compactMap { id, node in
            let place = path + [id]
            guard case .table(let members) = node else {
                report.problem(place, "is \(node.kindName); expected a section [\(shown)]")
                return nil
            }
            guard Self.isName(id) else {
                report.problem(place, "is not a name; use letters, digits and - _ . : / @ +")
                return nil
            }
            return (id, read(schema, place, members, &report))
        }
    }

    /// Takes a section out of the members of the one around it.
    private func takeSection(
        _ name: String, of members: inout [TOMLNode.Member], _ path: [String], _ report: inout ProblemReport
    ) -> [TOMLNode.Member]? {
        guard let index = members.firstIndex(where: { $0.key == name }) else { return nil }
        let node = members.remove(at: index).node
        if case .table(let inner) = node { return inner }
        report.problem(path + [name], "is \(node.kindName); expected a section [\(path[0]).NAME.\(name)]")
        return nil
    }

    private mutating func read(
        _ schema: SettingsSection, _ path: [String], _ members: [TOMLNode.Member],
        _ report: inout ProblemReport, alsoKnown: [String] = []
    ) -> Section {
        var section = Section(schema: schema, path: path)
        for (key, node) in members {
            guard let setting = schema.setting(key) else {
                if key == "key", schema.path == SettingsTable.provider.path {
                    report.problem(
                        path + [key], "a key does not belong in this file; use key_credential, key_file or key_env")
                } else {
                    report.problem(
                        path + [key], "unknown setting",
                        near: NearestName.among(schema.settings.map(\.name) + alsoKnown, to: key))
                }
                continue
            }
            written.insert(path + [key])
            switch SettingValue.read(node, as: setting.kind) {
            case .success(let value): section.values[key] = value
            case .failure(let mismatch):
                let problem =
                    setting.isSecret ? "is not as expected; expected \(setting.kind.expectation)" : mismatch.problem
                report.problem(path + [key], problem, near: mismatch.near)
            }
        }
        for setting in schema.settings where setting.isRequired && !written.contains(path + [setting.name]) {
            report.problem(path + [setting.name], "is missing; expected \(setting.kind.expectation)")
        }
        return section
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 200
            && text.allSatisfy { $0.isLetter || $0.isNumber || "-_.:/@+".contains($0) }
    }
}
