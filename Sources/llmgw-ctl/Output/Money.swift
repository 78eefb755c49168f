import LLMGWCore
import LLMGWJSON

extension Cost {
    /// "0.0123 EUR": at least two decimals, at most six.
    var text: String { currency.isEmpty ? amount : "\(amount) \(currency)" }

    var amount: String {
        let digits = String(micros.magnitude % 1_000_000)
        var decimals = String(repeating: "0", count: 6 - digits.count) + digits
        while decimals.utf8.count > 2, decimals.hasSuffix("0") { decimals.removeLast() }
        return "\(micros < 0 ? "-" : "")\(micros.magnitude / 1_000_000).\(decimals)"
    }
}

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
