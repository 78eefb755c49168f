import LLMGWCore
import LLMGWPolicy

/// The accounts that requests take from, as the configuration wants them.
extension QuotaDesk {
    func configure(_ configuration: GatewayConfiguration) {
        for provider in configuration.providers.values {
            let account = account(.provider(provider.name), provider.accountSettings)
            controller.change { $0.configure(account, provider.accountSettings) }
            budgets.configure(.provider(provider.name), provider.budgets)
            if let queue = lanes.queue(of: provider.name) {
                controller.setMaxWaiting(provider.maxQueue, queue: queue)
            } else {
                let queue = controller.addQueue(provider.name, maxWaiting: provider.maxQueue)
                lanes.setQueue(queue, of: provider.name)
            }
        }
        for model in configuration.models.values {
            let settings = QuotaAccountSettings(limits: model.limits)
            let account = account(.model(model.name), settings)
            controller.change { $0.configure(account, settings) }
            for deployment in model.deployments {
                guard let provider = configuration.providers[deployment.provider] else { continue }
                open(deployment, of: model, at: provider)
            }
        }
        rest(whatIsNotIn: configuration)
        pump()
    }

    /// What lost its section is not shown, and begins where it was if it comes back.
    private func rest(whatIsNotIn configuration: GatewayConfiguration) {
        let scopes = configuration.quotaScopes
        controller.change { book in
            for (scope, account) in book.all where scope.client == nil {
                book.setHidden(!scopes.contains(scope), account)
            }
        }
        for scope in budgets.meters.keys where scope.client == nil && !scopes.contains(scope) {
            budgets.configure(scope, [])
        }
    }

    private func open(_ deployment: DeploymentSettings, of model: ModelSettings, at provider: ProviderSettings) {
        var settings = provider.accountSettings
        settings.limits = deployment.limits
        settings.burst = nil
        let own = account(.deployment(model: model.name, name: deployment.name), settings)
        controller.change { $0.configure(own, settings) }
        settings.limits = QuotaLimits()
        let learned = account(.upstream(provider: provider.name, model: deployment.upstreamModel), settings)
        guard lanes.lane(of: deployment, model: model.name) == nil, let queue = lanes.queue(of: provider.name) else {
            return
        }
        let shared = [account(.provider(provider.name), settings), account(.model(model.name), settings), own, learned]
        lanes.setLane(controller.addLane(queue: queue, accounts: shared), of: deployment, model: model.name)
    }

    /// The account of a scope; a new one gets back what an earlier life of the daemon granted from it, and what that was told of its limits.
    func account(_ scope: QuotaScope, _ settings: @autoclosure () -> QuotaAccountSettings) -> QuotaBook.AccountID {
        if let account = controller.book.account(of: scope) { return account }
        let account = controller.account(scope, settings())
        if case .upstream = scope, let limits = journal?.limits.take(of: scope), !limits.isEmpty {
            let now = scheduler.now
            controller.change { $0.restore(limits, of: account, now: now) }
        }
        restore(history.takeMinute(of: scope, now: scheduler.now), to: account)
        if history.isComplete { restore(history.takeDay(of: scope, now: scheduler.now), to: account) }
        return account
    }

    /// What the ledger knows of the last day is in the history: the accounts that are open already get it now, the others when they open.
    func finishRestoring() {
        history.isComplete = true
        for (scope, account) in controller.book.all {
            restore(history.takeDay(of: scope, now: scheduler.now), to: account)
        }
    }

    private func restore(_ charges: [QuotaHistory.Charge], to account: QuotaBook.AccountID) {
        guard !charges.isEmpty else { return }
        controller.change { book in
            for charge in charges {
                book.restore(charge.amount, of: charge.metric, in: account, granted: charge.granted)
            }
        }
    }

    // MARK: Clients

    /// The client's own accounts for a request to a model.
    func accounts(of client: QuotaClient, model: String) -> [QuotaBook.AccountID] {
        let own = account(.client(client.name), QuotaAccountSettings(limits: client.settings.limits))
        guard let limits = client.settings.modelLimits[model] else { return [own] }
        return [own, account(.clientModel(client: client.name, model: model), QuotaAccountSettings(limits: limits))]
    }

    /// The client's section of the configuration is another one now, or says something else.
    func configure(_ client: QuotaClient) {
        budgets.configure(.client(client.name), client.settings.budgets)
        controller.change { book in
            for (scope, account) in book.accounts(ofClient: client.name) {
                let limits = client.settings.limits(of: scope)
                book.setHidden(limits == nil, account)
                if let limits { book.configure(account, QuotaAccountSettings(limits: limits)) }
            }
        }
        pump()
    }

    /// No section describes the client any more: what it has used stays, in case that one does again.
    func rest(_ client: QuotaClient) {
        budgets.configure(.client(client.name), [])
        controller.change { book in
            for account in book.accounts(ofClient: client.name).values { book.setHidden(true, account) }
        }
    }

    /// Whether nobody would notice if the client was forgotten.
    func isIdle(_ client: QuotaClient) -> Bool {
        let now = scheduler.now
        let accounts = controller.book.accounts(ofClient: client.name)
        return accounts.values.allSatisfy { controller.isIdle($0, now: now) }
            && controller.waiting(of: client.id).isEmpty
            && budgets.isIdle(.client(client.name))
    }

    func forget(_ client: QuotaClient) {
        controller.change { book in
            for (scope, account) in book.accounts(ofClient: client.name) {
                book.forget(account)
                journal?.forget(scope)
            }
        }
        controller.forget(client.id)
        forecasts.forget(client.id)
        budgets.forget(.client(client.name))
    }
}

extension ClientSettings {
    /// Nil where it says nothing about the scope, which is one of its client's.
    fileprivate func limits(of scope: QuotaScope) -> QuotaLimits? {
        if case .clientModel(_, let model) = scope { modelLimits[model] } else { limits }
    }
}

extension GatewayConfiguration {
    /// All that are no client's.
    fileprivate var quotaScopes: Set<QuotaScope> {
        var scopes = Set(providers.keys.map(QuotaScope.provider))
        for model in models.values {
            scopes.insert(.model(model.name))
            for deployment in model.deployments {
                scopes.insert(.deployment(model: model.name, name: deployment.name))
                scopes.insert(.upstream(provider: deployment.provider, model: deployment.upstreamModel))
            }
        }
        return scopes
    }
}

extension ProviderSettings {
    fileprivate var accountSettings: QuotaAccountSettings {
        QuotaAccountSettings(limits: limits, countsMaximum: kind == .openai, smooths: true, burst: requestBurst)
    }
}
