import LLMGWCore

/// Makes an upstream's own words fit to be passed on: some repeat the key they refuse.
enum SecretMask {
    private static let limit = 500
    private static let prefixes = ["sk-", "sk_", "gsk_", "xai-", "pk-", "rk-"]

    /// At most 500 bytes, with the given secrets and everything that looks like a key replaced.
    static func mask(_ text: String, secrets: [Secret]) -> String {
        var masked = text
        for secret in secrets {
            let value = secret.reveal()
            guard value.utf8.count >= 4 else { continue }
            masked = masked.replacing(bytesOf: value, with: "****")
        }
        masked = maskWords(masked)
        guard masked.utf8.count > limit else { return masked }
        var end = masked.utf8.index(masked.startIndex, offsetBy: limit)
        while end.samePosition(in: masked) == nil { end = masked.utf8.index(before: end) }
        return String(masked[..<end]) + "…"
    }

    private static func maskWords(_ text: String) -> String {
        var result = ""
        var word = ""
        func flush() {
            let isKey = prefixes.contains { word.lowercased().hasPrefix($0) } && word.utf8.count > 6
            result += isKey ? "****" : word
            word = ""
        }
        // Keys are ASCII: a letter of another script right before one is not a part of it.
        for scalar in text.unicodeScalars {
            if scalar.properties.isAlphabetic && scalar.isASCII || ("0"..."9").contains(scalar)
                || "-_*.".unicodeScalars.contains(scalar)
            {
                word.unicodeScalars.append(scalar)
            } else {
                flush()
                result.unicodeScalars.append(scalar)
            }
        }
        flush()
        return result
    }
}
