import LLMGWCore
import LLMGWPolicy

/// What upstreams and operators say.
extension QuotaDesk {
    func learned(_ deployment: Deployment) -> QuotaBook.AccountID {
        account(scope(learnedFrom: deployment), QuotaAccountSettings())
    }

    func scope(learnedFrom deployment: Deployment) -> QuotaScope {
        .upstream(provider: deployment.settings.provider, model: deployment.settings.upstreamModel)
    }

    /// Nobody goes there before `until`. Those who wait for it may look elsewhere.
    func close(_ deployment: Deployment, _ scope: FailureRule.Gate.Scope, until: MonotonicInstant) {
        let now = scheduler.now
        let account =
            switch scope {
            case .provider: account(.provider(deployment.settings.provider), QuotaAccountSettings())
            case .deployment: learned(deployment)
            }
        guard controller.book.opening(account, now: now) < until else { return }
        let wasOpen = controller.book.opening(account, now: now) <= now
        controller.change { $0.close(account, until: until, now: now) }
        guard wasOpen else { return pump() }
        for (ticket, waiter) in waiters where controller.uses(account, waiter.lane) && !waiter.mayStay() {
            leave(ticket, .success(nil))
        }
        pump()
    }

    /// An operator has reset what closed it.
    func open(_ deployment: Deployment) {
        let accounts = [learned(deployment), account(.provider(deployment.settings.provider), QuotaAccountSettings())]
        controller.change { book in for account in accounts { book.open(account) } }
        pump()
    }

    /// It refuses because of limits that it did not tell.
    func complained(_ deployment: Deployment) {
        let (account, now) = (learned(deployment), scheduler.now)
        controller.change { $0.complain(account, now: now) }
        onLimit(.lowered(scope(learnedFrom: deployment)))
        pump()
    }
}
