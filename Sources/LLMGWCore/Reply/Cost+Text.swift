extension Cost {
    /// For people: "0.0123 EUR", with at least two decimals and at most six.
    public var text: String { currency.isEmpty ? amount : "\(amount) \(currency)" }

    /// Without the currency.
    public var amount: String {
        let digits = String(micros.magnitude % 1_000_000)
        var decimals = String(repeating: "0", count: 6 - digits.count) + digits
        while decimals.utf8.count > 2, decimals.hasSuffix("0") { decimals.removeLast() }
        return "\(micros < 0 ? "-" : "")\(micros.magnitude / 1_000_000).\(decimals)"
    }
}
