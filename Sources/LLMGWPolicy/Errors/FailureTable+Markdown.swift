extension FailureTable {
    /// The table for the documents.
    public var markdown: String {
        var lines = [
            "| reason | repeat | fall back to | breaker | quota | gate |",
            "|---|---|---|---|---|---|",
        ]
        for rule in rules {
            var repetition = rule.repetition.rawValue
            if rule.isLoss { repetition += ", if the caller allows it" }
            if let attempts = rule.maxAttempts { repetition += ", \(attempts) attempts" }
            var breaker = rule.breaker.rawValue
            if rule.isConnectionFailure { breaker += ", the provider's too" }
            let gate = rule.gate?.text ?? ""
            let cells = [
                "`\(rule.reason)`", repetition, rule.fallback.rawValue, breaker, rule.settlement.rawValue, gate,
            ]
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension FailureRule.Gate {
    /// "provider: the time it names, at most 3600 s, else 300 s".
    fileprivate var text: String {
        var text = "\(scope.rawValue): the time it names"
        if let longest { text += ", at most \(longest.components.seconds) s" }
        if let unhinted { text += ", else \(unhinted.components.seconds) s" }
        return text
    }
}
