import LLMGWCore
import LLMGWJSON
import LLMGWPolicy
import LLMGWStorage

extension SuccessionMessage {
    /// A line, without its end.
    var encoded: [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.object { $0.message(self) }
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func message(_ message: SuccessionMessage) {
        switch message {
        case .prepared(let version):
            member("is", "prepared")
            member("version", version)
        case .ready: member("is", "ready")
        case .refused(let problems):
            member("is", "refused")
            array("problems", problems) { $0.string($1) }
        case .granted(let number): numbered("granted", number)
        case .wait(let number, let time):
            numbered("wait", number)
            member("for_us", time.wholeMicroseconds)
        case .denied(let number): numbered("denied", number)
        case .reservation(let reservation):
            member("is", "reservation")
            members(reservation)
        case .spending(let spending):
            member("is", "spending")
            members(spending)
        case .pause(let pause):
            member("is", "pause")
            member("scope", pause.scope.description)
            member("actor", pause.actor)
            member("reason", pause.reason)
            member("left_us", pause.left?.wholeMicroseconds)
            member("refuses", pause.refuses)
        case .take: member("is", "take")
        case .go: member("is", "go")
        case .ask(let reservations, let spending):
            member("is", "ask")
            array("reservations", reservations) { writer, reservation in
                writer.object { $0.members(reservation) }
            }
            if let spending { object("spending") { $0.members(spending) } }
        case .dispatched(let number): numbered("dispatched", number)
        case .settle(let number, let settlement):
            numbered("settle", number)
            members(settlement)
        case .spent(let number, let scopes, let costs):
            numbered("spent", number)
            member(scopes: scopes)
            if let costs {
                array("costs", costs) { writer, cost in writer.object { $0.members(cost) } }
            }
        case .usage(let record):
            member("is", "usage")
            members(record)
        }
    }

    private mutating func numbered(_ kind: String, _ number: UInt64) {
        member("is", kind)
        member("number", number)
    }

    private mutating func members(_ reservation: HandedReservation) {
        member("number", reservation.number)
        array("accounts", reservation.accounts) { writer, account in
            writer.object {
                $0.array("scope", account.scope.words) { $0.string($1) }
                $0.object("limits") {
                    for metric in QuotaMetric.allCases {
                        guard let limit = account.limits[metric] else { continue }
                        $0.key(text: metric.setting)
                        $0.integer(limit)
                    }
                }
            }
        }
        member("input", reservation.demand.inputTokens)
        member("output", reservation.demand.outputTokens)
        member("max", reservation.demand.maxTokens)
    }

    private mutating func members(_ spending: HandedSpending) {
        member("number", spending.number)
        if let cost = spending.cost { members(cost) }
        member(scopes: spending.scopes)
    }

    private mutating func member(scopes: [QuotaScope]) {
        array("scopes", scopes) { writer, scope in writer.array(scope.words) { $0.string($1) } }
    }

    private mutating func members(_ cost: Cost) {
        member("micros", cost.micros)
        member("currency", cost.currency)
    }

    private mutating func members(_ settlement: Settlement) {
        switch settlement {
        case .notSent: member("settlement", "not sent")
        case .refused: member("settlement", "refused")
        case .unknown: member("settlement", "unknown")
        case .interrupted(let output):
            member("settlement", "interrupted")
            member("output", output)
        case .used(let usage):
            member("settlement", "used")
            member("input", usage.inputTokens)
            member("output", usage.outputTokens)
            member("cached", usage.cachedInputTokens)
            member("reasoning", usage.reasoningTokens)
            member("total", usage.totalTokens)
        }
    }

    private mutating func members(_ record: UsageRecord) {
        member("time", record.time)
        member("uid", record.uid)
        member("client", record.client)
        member("operation", record.operation)
        member("model", record.model)
        member("provider", record.provider)
        member("deployment", record.deployment)
        member("input", record.inputTokens)
        member("output", record.outputTokens)
        member("cached", record.cachedInputTokens)
        member("reasoning", record.reasoningTokens)
        member("estimated_input", record.estimatedInputTokens)
        member("estimated_output", record.estimatedOutputTokens)
        member("micros", record.cost?.micros)
        member("currency", record.cost?.currency)
        member("outcome", record.outcome)
        member("attempts", record.attempts)
        member("duration", record.duration)
        member("queued", record.queued)
        member("first", record.firstContent)
        member("cache", record.cache)
    }
}

extension QuotaScope {
    /// Names can have any character: they are not put together.
    fileprivate var words: [String] {
        switch self {
        case .provider(let name): ["provider", name]
        case .model(let name): ["model", name]
        case .deployment(let model, let name): ["deployment", model, name]
        case .upstream(let provider, let model): ["upstream", provider, model]
        case .client(let name): ["client", name]
        case .clientModel(let client, let model): ["client model", client, model]
        }
    }
}
