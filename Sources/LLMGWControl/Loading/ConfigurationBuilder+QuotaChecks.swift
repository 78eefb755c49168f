import LLMGWCore

/// What is not wrong in itself, and not what anybody can have meant: settings without effect, money that no budget sees.
extension ConfigurationBuilder {
    mutating func checkQuota(
        _ providers: [String: ProviderSettings], _ models: [String: ModelSettings], _ clients: [String: ClientSettings]
    ) {
        for (name, section) in document.providers {
            require("rpm", for: "rpm_burst", in: section)
            checkBudgetWarning(section)
            let priced = prices(models) { $0.provider == name }
            checkPrices(priced, providers[name]?.budgets ?? [], section)
        }
        for client in document.clients {
            checkBudgetWarning(client.section)
            let settings = clients[client.name]
            let allowed = models.filter { settings?.models?.contains($0.key) ?? true }
            checkPrices(prices(allowed) { _ in true }, settings?.budgets ?? [], client.section)
        }
        checkOverlaps(clients)
    }

    private mutating func require(_ needed: String, for setting: String, in section: SettingsDocument.Section) {
        guard section.values[setting] != nil, section.values[needed] == nil else { return }
        report.problem(section.path + [setting], "is of no use without \(needed)")
    }

    /// No error: who writes down the defaults must get what they are.
    private mutating func checkBudgetWarning(_ section: SettingsDocument.Section) {
        guard section.values["budget_warn"] != nil,
            BudgetPeriod.allCases.allSatisfy({ section.values["budget_per_\($0.rawValue)"] == nil })
        else { return }
        report.warning(
            section.path + ["budget_warn"], "is of no use without budget_per_day or budget_per_month")
    }

    // MARK: Prices under budgets

    /// The prices that the models' deployments have, of those that are meant.
    private func prices(
        _ models: [String: ModelSettings], of isMeant: (DeploymentSettings) -> Bool
    ) -> [(model: String, price: ModelPrice?)] {
        models.values.sorted { $0.name < $1.name }.flatMap { model in
            model.deployments.filter(isMeant).map { (model.name, $0.price ?? model.price) }
        }
    }

    private mutating func checkPrices(
        _ prices: [(model: String, price: ModelPrice?)], _ budgets: [BudgetSettings],
        _ section: SettingsDocument.Section
    ) {
        guard let budget = budgets.first else { return }
        let path = section.path + ["budget_per_\(budget.period.rawValue)"]
        func names(_ isMeant: (ModelPrice?) -> Bool) -> [String] {
            Set(prices.filter { isMeant($0.price) }.map { "\"\($0.model)\"" }).sorted()
        }
        let unpriced = names { $0 == nil }
        if !unpriced.isEmpty {
            report.warning(path, "does not count models without a price: \(unpriced.joined(separator: ", "))")
        }
        let foreign = names { $0.map { $0.currency != budget.currency } ?? false }
        if !foreign.isEmpty {
            report.warning(
                path,
                "is in \(budget.currency), and does not count what is priced in another currency: "
                    + foreign.joined(separator: ", "))
        }
    }

    // MARK: Sections for the same callers

    /// Of sections with the same kinds of lists the first by name counts, for callers that meet both.
    private mutating func checkOverlaps(_ clients: [String: ClientSettings]) {
        let sections = clients.values.filter { !$0.match.isEmpty }.sorted { $0.name < $1.name }
        for (index, section) in sections.enumerated() {
            guard let first = sections[..<index].first(where: { $0.match.overlaps(section.match) }) else { continue }
            let common = first.match.users.intersection(section.match.users).sorted()
            let whom = common.isEmpty ? "callers" : common.map { "uid \($0)" }.joined(separator: ", ")
            report.warning(
                ["clients", section.name],
                "describes \(whom) as [clients.\(first.name)] does, which comes first and counts")
        }
    }
}

extension ClientMatch {
    /// There can be callers whom both describe, and neither does it by more lists.
    fileprivate func overlaps(_ other: ClientMatch) -> Bool {
        func agree<T>(_ mine: Set<T>, _ theirs: Set<T>) -> Bool {
            mine.isEmpty && theirs.isEmpty || !mine.isDisjoint(with: theirs)
        }
        return agree(users, other.users) && agree(groups, other.groups) && agree(units, other.units)
            && agree(executables, other.executables)
    }
}
