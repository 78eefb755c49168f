public import LLMGWCore

/// What the gateway does about every class of error: the one place that decides it.
///
/// A value without states. A reason that is not in the table (a word of another version) gets the rule that does least: not
/// repeated, no fallback, nothing counted, quota kept. Wrong overrides are refused by name.
public struct FailureTable: Sendable {
    /// A class's own number of attempts, or its fallback turned on or off, from the configuration.
    public struct Override: Sendable, Hashable {
        public var maxAttempts: Int?
        public var fallback: Bool?

        public init(maxAttempts: Int? = nil, fallback: Bool? = nil) {
            self.maxAttempts = maxAttempts
            self.fallback = fallback
        }
    }

    public enum OverrideError: Error, Hashable, CustomStringConvertible {
        case unknownReason(String)
        /// Repeating it cannot help.
        case neverRepeated(ErrorReason)
        case neverFallsBack(ErrorReason)
        case attemptsNotPositive(ErrorReason)

        public var description: String {
            switch self {
            case .unknownReason(let name): "\(name) is not an error of an upstream."
            case .neverRepeated(let reason): "\(reason) is never repeated: the same request would fail again."
            case .neverFallsBack(let reason): "\(reason) has no fallback: another target would refuse the request too."
            case .attemptsNotPositive(let reason): "\(reason) needs at least 1 attempt."
            }
        }
    }

    /// In the order of the table of reasons.
    public private(set) var rules: [FailureRule]
    private var index: [ErrorReason: Int]

    /// Without overrides.
    public static let standard = FailureTable(rules: standardRules)

    init(rules: [FailureRule]) {
        self.rules = rules
        self.index = Dictionary(uniqueKeysWithValues: rules.enumerated().map { ($1.reason, $0) })
    }

    /// The standard table with the configuration's overrides, by the reason's name.
    public init(overrides: [String: Override]) throws(OverrideError) {
        self = .standard
        for (name, override) in overrides.sorted(by: { $0.key < $1.key }) { try apply(override, to: name) }
    }

    public subscript(reason: ErrorReason) -> FailureRule {
        if let index = index[reason] { return rules[index] }
        return FailureRule(
            reason: reason, repetition: .never, fallback: .never, breaker: .neutral, isConnectionFailure: false,
            settlement: .requestAndTokensIfSent)
    }

    private mutating func apply(_ override: Override, to name: String) throws(OverrideError) {
        let reason = ErrorReason(name)
        guard let index = index[reason], name.hasPrefix("llmgw.upstream.") else { throw .unknownReason(name) }
        if let attempts = override.maxAttempts {
            guard attempts >= 1 else { throw .attemptsNotPositive(reason) }
            guard attempts == 1 || rules[index].repetition != .never else { throw .neverRepeated(reason) }
            rules[index].maxAttempts = attempts
        }
        switch override.fallback {
        case true?:
            guard rules[index].fallback != .never else { throw .neverFallsBack(reason) }
            // Asked for: the opt-in is given.
            if rules[index].fallback == .optIn { rules[index].fallback = .content }
        case false?: rules[index].fallback = .never
        case nil: break
        }
    }
}
