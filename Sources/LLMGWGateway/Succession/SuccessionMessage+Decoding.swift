import LLMGWCore
import LLMGWJSON
import LLMGWPolicy
import LLMGWStorage

extension SuccessionMessage {
    /// Nil for a line that is none, and for a kind that this version does not know.
    init?(_ line: [UInt8]) {
        guard let document = JSONDocument(line), let kind = document.value["is"]?.string else { return nil }
        guard let message = Self.decode(kind, document.value) else { return nil }
        self = message
    }

    private static func decode(_ kind: String, _ json: JSONView) -> SuccessionMessage? {
        let number = json["number"]?.unsigned
        switch kind {
        case "prepared": return json["version"]?.string.map { .prepared(version: $0) }
        case "ready": return .ready
        case "refused": return .refused(json["problems"]?.elements.compactMap(\.string) ?? [])
        case "granted": return number.map { .granted($0) }
        case "wait":
            guard let number, let time = json["for_us"]?.signed else { return nil }
            return .wait(number, .microseconds(time))
        case "denied": return number.map { .denied($0) }
        case "reservation": return HandedReservation(json).map { .reservation($0) }
        case "spending": return HandedSpending(json).map { .spending($0) }
        case "pause": return HandedPause(json).map { .pause($0) }
        case "take": return .take
        case "go": return .go
        case "ask":
            guard let reservations = json["reservations"]?.elements.all(HandedReservation.init), !reservations.isEmpty
            else { return nil }
            return .ask(reservations, json["spending"].flatMap { HandedSpending($0) })
        case "dispatched": return number.map { .dispatched($0) }
        case "settle":
            guard let number, let settlement = Settlement(json) else { return nil }
            return .settle(number, settlement)
        case "spent":
            guard let number, let scopes = json["scopes"]?.elements.all(QuotaScope.init) else { return nil }
            guard let costs = json["costs"] else { return .spent(number, scopes, costs: nil) }
            return costs.elements.all(Cost.init).map { .spent(number, scopes, costs: $0) }
        case "usage": return UsageRecord(json).map { .usage($0) }
        default: return nil
        }
    }
}

extension JSONView {
    fileprivate var signed: Int64? { text.isEmpty ? nil : Int64(text) }
    fileprivate var integer: Int? { signed.flatMap { Int(exactly: $0) } }
}

extension [JSONView] {
    /// All of them, or none.
    fileprivate func all<T>(_ make: (JSONView) -> T?) -> [T]? {
        var made: [T] = []
        for element in self {
            guard let value = make(element) else { return nil }
            made.append(value)
        }
        return made
    }
}

extension HandedReservation {
    fileprivate init?(_ json: JSONView) {
        guard let number = json["number"]?.unsigned, let input = json["input"]?.integer,
            let output = json["output"]?.integer,
            let accounts = json["accounts"]?.elements.all(HandedAccount.init)
        else { return nil }
        self.init(
            number: number, accounts: accounts,
            demand: QuotaDemand(inputTokens: input, outputTokens: output, maxTokens: json["max"]?.integer))
    }
}

extension HandedAccount {
    fileprivate init?(_ json: JSONView) {
        guard let scope = json["scope"].flatMap({ QuotaScope($0) }) else { return nil }
        var limits = QuotaLimits()
        for metric in QuotaMetric.allCases { limits[metric] = json["limits"]?[metric.setting]?.integer }
        self.init(scope: scope, limits: limits)
    }
}

extension HandedSpending {
    fileprivate init?(_ json: JSONView) {
        guard let number = json["number"]?.unsigned, let scopes = json["scopes"]?.elements.all(QuotaScope.init)
        else { return nil }
        self.init(number: number, cost: Cost(json), scopes: scopes)
    }
}

extension HandedPause {
    fileprivate init?(_ json: JSONView) {
        guard let scope = json["scope"]?.string.flatMap({ PauseScope($0) }), let actor = json["actor"]?.string,
            let reason = json["reason"]?.string
        else { return nil }
        self.init(
            scope: scope, actor: actor, reason: reason, left: json["left_us"]?.signed.map { .microseconds($0) },
            refuses: json["refuses"]?.isTrue == true)
    }
}

extension QuotaScope {
    fileprivate init?(_ json: JSONView) {
        let words = json.elements.compactMap(\.string)
        switch (words.first, words.count) {
        case ("provider", 2): self = .provider(words[1])
        case ("model", 2): self = .model(words[1])
        case ("deployment", 3): self = .deployment(model: words[1], name: words[2])
        case ("upstream", 3): self = .upstream(provider: words[1], model: words[2])
        case ("client", 2): self = .client(words[1])
        case ("client model", 3): self = .clientModel(client: words[1], model: words[2])
        default: return nil
        }
    }
}

extension Cost {
    fileprivate init?(_ json: JSONView) {
        guard let micros = json["micros"]?.signed, let currency = json["currency"]?.string else { return nil }
        self.init(micros: micros, currency: currency)
    }
}

extension Settlement {
    fileprivate init?(_ json: JSONView) {
        switch json["settlement"]?.string {
        case "not sent": self = .notSent
        case "refused": self = .refused
        case "unknown": self = .unknown
        case "interrupted": self = .interrupted(outputTokens: json["output"]?.integer ?? 0)
        case "used":
            self = .used(
                Usage(
                    inputTokens: json["input"]?.unsigned, outputTokens: json["output"]?.unsigned,
                    cachedInputTokens: json["cached"]?.unsigned, reasoningTokens: json["reasoning"]?.unsigned,
                    totalTokens: json["total"]?.unsigned))
        default: return nil
        }
    }
}

extension UsageRecord {
    fileprivate init?(_ json: JSONView) {
        guard let time = json["time"]?.signed, let uid = json["uid"]?.unsigned.flatMap({ UInt32(exactly: $0) }),
            let client = json["client"]?.string, let operation = json["operation"]?.string,
            let model = json["model"]?.string, let provider = json["provider"]?.string,
            let deployment = json["deployment"]?.string, let outcome = json["outcome"]?.string,
            let attempts = json["attempts"]?.unsigned.flatMap({ UInt32(exactly: $0) }),
            let duration = json["duration"]?.signed, let queued = json["queued"]?.signed,
            let cache = json["cache"]?.string
        else { return nil }
        self.init(
            time: time, uid: uid, client: client, operation: operation, model: model, provider: provider,
            deployment: deployment, inputTokens: json["input"]?.unsigned, outputTokens: json["output"]?.unsigned,
            cachedInputTokens: json["cached"]?.unsigned, reasoningTokens: json["reasoning"]?.unsigned,
            estimatedInputTokens: json["estimated_input"]?.unsigned,
            estimatedOutputTokens: json["estimated_output"]?.unsigned,
            cost: Cost(json).map { UsageCost(micros: $0.micros, currency: $0.currency) }, outcome: outcome,
            attempts: attempts, duration: duration, queued: queued, firstContent: json["first"]?.signed, cache: cache)
    }
}
