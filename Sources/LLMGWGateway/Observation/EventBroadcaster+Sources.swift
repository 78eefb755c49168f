import LLMGWCore
import LLMGWPolicy
import LLMGWStorage
import Logging

/// How what happens in the gateway is told.
extension EventBroadcaster {
    func noteTransition(_ transition: CircuitBreaker.Transition, of scope: String) {
        publish(
            .breaker, transition.to == .open ? .warning : .notice, subject: scope,
            "the breaker is \(transition.to.rawValue)",
            details: [
                Label(key: "from", value: transition.from.rawValue), Label(key: "to", value: transition.to.rawValue),
                Label(key: "cause", value: transition.cause.rawValue),
            ])
    }

    func noteBudget(_ scope: String, _ state: BudgetMeter.State, _ budget: BudgetSettings) {
        publish(
            .budget, state == .exhausted ? .error : .warning, subject: scope,
            "the budget of the \(budget.period.rawValue) is \(state.rawValue)",
            details: [
                Label(key: "state", value: state.rawValue), Label(key: "period", value: budget.period.rawValue),
            ])
    }

    func noteLimit(_ news: QuotaDesk.LimitNews) {
        switch news {
        case .told(let scope, let metric, let limit, let before):
            let isLess = before.map { limit < $0 } ?? false
            publish(
                .quota, isLess ? .warning : .notice, subject: scope.name,
                "the provider says that its limit is \(limit) \(metric.name)",
                details: [Label(key: "metric", value: metric.name), Label(key: "limit", value: "\(limit)")]
                    + (before.map { [Label(key: "before", value: "\($0)")] } ?? []))
        case .lowered(let scope):
            publish(
                .quota, .warning, subject: scope.name,
                "the provider refused for limits that it does not tell; less is asked of it")
        }
    }

    func noteCacheDisk(_ status: StorageStatus) {
        switch status.state {
        case .disabled:
            publish(
                .cache, .warning, subject: "disk", "the cache's disk tier is out of use: \(status.problem ?? "unknown")"
            )
        case .ready: publish(.cache, .notice, subject: "disk", "the cache's disk tier is in use again")
        case .opening, .closed: break
        }
    }

    func notePause(_ change: Pauses.Change) {
        let told = change.told
        publish(
            .pause, .notice, subject: told.order.scope == .all ? nil : told.order.scope.description, told.message,
            details: told.details)
    }
}

extension Logger {
    func notePause(_ change: Pauses.Change) {
        let told = change.told
        notice("pause", metadata: ["llmgw-scope": "\(told.order.scope)", "llmgw-state": "\(told.state)"])
    }
}

extension Pauses.Change {
    fileprivate var told: (order: PauseBook.Order, state: String, message: String, details: [Label]) {
        switch self {
        case .paused(let order, let status):
            var details = [Label(key: "state", value: "paused"), Label(key: "by", value: order.actor)]
            if !order.reason.isEmpty { details.append(Label(key: "reason", value: order.reason)) }
            if let left = status.remaining {
                details.append(Label(key: "remaining_ms", value: "\(left.wholeMilliseconds)"))
            }
            return (order, "paused", "\(order.scope) is paused\(order.refuses ? ", and refused" : "")", details)
        case .resumed(let order):
            return (order, "resumed", "\(order.scope) is resumed", [Label(key: "state", value: "resumed")])
        case .expired(let order):
            return (order, "expired", "the pause of \(order.scope) is over", [Label(key: "state", value: "expired")])
        }
    }
}
