import LLMGWCore
import LLMGWPolicy

extension RetryPolicy {
    /// The policy that the configuration describes.
    init(_ settings: ResilienceSettings) {
        var overrides: [String: FailureTable.Override] = [:]
        for (reason, attempts) in settings.attempts { overrides[reason.name] = .init(maxAttempts: attempts) }
        for reason in settings.noRetry { overrides[reason.name, default: FailureTable.Override()].maxAttempts = 1 }
        for reason in settings.noFallback { overrides[reason.name, default: FailureTable.Override()].fallback = false }
        let table: FailureTable
        do throws(FailureTable.OverrideError) {
            table = try FailureTable(overrides: overrides)
        } catch {
            preconditionFailure("the configuration was checked: \(error)")
        }
        self.init(
            settings: RetrySettings(
                maxAttemptsPerTarget: settings.maxAttempts, maxAttempts: settings.maxTotalAttempts,
                baseDelay: settings.backoffBase, maxDelay: settings.backoffMax, maxHint: settings.maxRetryAfter,
                minimumService: settings.minServiceTime),
            table: table)
    }
}
