import LLMGWCore

extension ConfigurationBuilder {
    func limits(_ section: SettingsDocument.Section) -> QuotaLimits {
        var limits = QuotaLimits()
        for metric in QuotaMetric.allCases {
            guard let limit = section.integer(metric.setting), limit > 0 else { continue }
            limits[metric] = limit
        }
        return limits
    }

    /// Millionths, to the nearest one.
    private func micros(_ amount: Double) -> Int64 { Int64((amount * 1_000_000).rounded()) }

    mutating func price(_ section: SettingsDocument.Section) -> ModelPrice? {
        let currency = currency(section)
        guard let input = section.number("input_price") else {
            for setting in ["output_price", "cached_input_price"] where section.values[setting] != nil {
                report.problem(section.path + [setting], "is of no use without input_price")
            }
            return nil
        }
        return ModelPrice(
            input: micros(input), output: section.number("output_price").map(micros),
            cachedInput: section.number("cached_input_price").map(micros), currency: currency)
    }

    mutating func budgets(_ section: SettingsDocument.Section) -> [BudgetSettings] {
        let currency = currency(section)
        return BudgetPeriod.allCases.compactMap { period in
            guard let stop = section.number("budget_per_\(period.rawValue)") else { return nil }
            let warn = section.number("budget_warn") ?? 0.8
            return BudgetSettings(period: period, stop: micros(stop), warn: micros(stop * warn), currency: currency)
        }
    }

    private mutating func currency(_ section: SettingsDocument.Section) -> String {
        let text = section.string("currency") ?? "USD"
        let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
        if text.utf8.count != 3 || !text.utf8.allSatisfy(letters.contains) {
            report.problem(
                section.path + ["currency"], "is \"\(text)\"; expected three capital letters, such as \"EUR\"")
        }
        return text
    }

    // MARK: Clients

    mutating func buildClients(_ models: [String: ModelSettings]) -> [String: ClientSettings] {
        var clients = [ClientSettings.defaultName: ClientSettings()]
        for client in document.clients { clients[client.name] = buildClient(client, models) }
        return clients
    }

    private mutating func buildClient(
        _ client: SettingsDocument.Client, _ models: [String: ModelSettings]
    ) -> ClientSettings {
        let section = client.section
        // The daemon calls the users of a section, and those of none, "report/1000" and "uid/1000".
        if client.name.contains("/") {
            report.problem(section.path, "has a name with a slash, which could be taken for another client's")
        }
        var settings = ClientSettings(name: client.name)
        settings.match = match(section)
        settings.weight = section.number("weight") ?? settings.weight
        settings.priority =
            Priority.allCases.first { $0.description == section.string("priority") } ?? settings.priority
        settings.models = section.strings("models").map(Set.init)
        for name in section.strings("models") ?? [] { checkModel(name, models, section.path + ["models"]) }
        settings.limits = limits(section)
        for (name, inner) in client.models {
            checkModel(name, models, inner.path)
            settings.modelLimits[name] = limits(inner)
        }
        settings.maxQueue = section.integer("max_queue") ?? settings.maxQueue
        settings.budgets = budgets(section)
        return settings
    }

    private mutating func match(_ section: SettingsDocument.Section) -> ClientMatch {
        let match = ClientMatch(
            users: ids(section, "users", "user", sources.uid), groups: ids(section, "groups", "group", sources.gid),
            units: Set(section.strings("units") ?? []), executables: Set(section.strings("executables") ?? []))
        let lists = ["users", "groups", "units", "executables"]
        let isDefault = section.path.last == ClientSettings.defaultName
        if isDefault {
            for list in lists where !(section.strings(list) ?? []).isEmpty {
                report.problem(section.path + [list], "is for other sections: this one is for everybody else")
            }
        } else if lists.allSatisfy({ (section.strings($0) ?? []).isEmpty }) {
            report.problem(section.path, "names nobody; add users, groups, units or executables")
        }
        for path in match.executables.sorted() where !path.hasPrefix("/") {
            report.problem(section.path + ["executables"], "\"\(path)\" is not an absolute path")
        }
        if !match.units.isEmpty, !sources.visibility.units {
            report.warning(
                section.path + ["units"],
                "no caller of another user meets it, and what the section limits is not limited: the daemon does not see others' processes "
                    + "(ProtectProc= of its unit); the drop-in see-callers.conf lets it")
        }
        if !match.executables.isEmpty, !sources.visibility.executables {
            report.warning(
                section.path + ["executables"],
                "no caller of another user meets it, and what the section limits is not limited: the daemon may not see which programs others run "
                    + "(CAP_SYS_PTRACE); tell them apart by users or units")
        }
        return match
    }

    private mutating func checkModel(_ name: String, _ models: [String: ModelSettings], _ path: [String]) {
        guard models[name] == nil else { return }
        report.problem(
            path, "there is no model \"\(name)\"", near: NearestName.among(models.keys.sorted(), to: name))
    }
}
