import LLMGWCore
import LLMGWJSON

extension [Cost] {
    /// Currencies are never added up.
    var text: String { isEmpty ? "-" : map(\.text).joined(separator: " + ") }
}

extension JSONWriter {
    mutating func member(_ key: StaticString, _ cost: Cost?) {
        guard let cost else { return }
        self.key(key)
        self.cost(cost)
    }

    mutating func member(_ key: StaticString, _ costs: [Cost]) {
        self.key(key)
        array(costs) { $0.cost($1) }
    }

    private mutating func cost(_ cost: Cost) {
        object {
            $0.member("micros", cost.micros)
            $0.member("currency", cost.currency)
        }
    }
}
