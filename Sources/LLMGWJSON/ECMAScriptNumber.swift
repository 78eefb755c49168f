/// Writes a double as ECMAScript's `Number::toString` does: the shortest digits that read back as the same number, in its own layout.
enum ECMAScriptNumber {
    /// The number must be finite.
    static func text(_ value: Double) -> String {
        precondition(value.isFinite, "JSON has finite numbers only")
        if value == 0 { return "0" }
        let sign = value < 0 ? "-" : ""
        let (digits, point) = decimal(value.magnitude)
        // `point` is where the decimal point is, counted from the first digit.
        switch point {
        case digits.utf8.count...21: return sign + digits + zeros(point - digits.utf8.count)
        case 1...21: return sign + digits.prefix(point) + "." + digits.dropFirst(point)
        case -5...0: return sign + "0." + zeros(-point) + digits
        default:
            let exponent = point - 1
            let fraction = digits.utf8.count == 1 ? "" : "." + digits.dropFirst()
            return sign + digits.prefix(1) + fraction + "e" + (exponent < 0 ? "-" : "+") + String(exponent.magnitude)
        }
    }

    /// The shortest digits, without zeros at either end. The standard library finds them; only its layout is another one.
    private static func decimal(_ value: Double) -> (digits: String, point: Int) {
        let parts = value.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".")
        let whole = mantissa[0]
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let all = whole + fraction
        let leading = all.prefix { $0 == "0" }.utf8.count
        var digits = all.dropFirst(leading)
        while digits.last == "0" { digits = digits.dropLast() }
        return (String(digits), whole.utf8.count + exponent - leading)
    }

    private static func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }
}
