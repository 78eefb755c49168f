import LLMGWJSON

/// Writes JSON that fits a JSON Schema: numbers from the first number in the prompt, strings from its first quoted phrase.
struct SchemaExample {
    let prompt: String
    private static let depthLimit = 16

    func write(_ schema: JSONView?, _ json: inout JSONWriter, depth: Int = 0) {
        guard let schema, depth < Self.depthLimit else { return json.object { _ in } }
        if let first = schema["enum"]?.elements.first?.string { return json.string(first) }
        switch schema["type"]?.string ?? schema["type"]?.elements.first?.string {
        case "string": json.string(phrase)
        case "integer": json.integer(Int(number))
        case "number": json.double(number)
        case "boolean": json.bool(true)
        case "null": json.null()
        case "array":
            json.array(0..<1) { json, _ in write(schema["items"], &json, depth: depth + 1) }
        default:
            json.object { json in
                guard let properties = schema["properties"] else { return }
                for key in properties.keys {
                    json.key(text: key)
                    write(properties[key], &json, depth: depth + 1)
                }
            }
        }
    }

    private var phrase: String {
        for quotes in [("'", "'"), ("\"", "\""), ("“", "”"), ("「", "」")] {
            let parts = prompt.split(separator: Character(quotes.0), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let end = parts[1].firstIndex(of: Character(quotes.1)) else { continue }
            return String(parts[1][..<end])
        }
        return prompt.split(separator: " ").last.map(String.init) ?? "simulated"
    }

    private var number: Double {
        var digits = ""
        for character in prompt {
            if character.isASCII, character.isNumber {
                digits.append(character)
            } else if !digits.isEmpty {
                break
            }
        }
        return Double(digits) ?? 1
    }
}
