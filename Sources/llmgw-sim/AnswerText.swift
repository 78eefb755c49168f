import LLMGWJSON

/// Makes the words of an answer from the request: the same request, the same words.
struct AnswerText {
    private static let english = [
        "the", "gateway", "answers", "quickly", "because", "every", "request", "waits", "its", "turn", "and", "no",
        "token", "is", "lost", "on", "way",
    ]
    private static let chinese = ["本地", "网关", "把", "每个", "请求", "按", "顺序", "送到", "模型", "，", "不会", "丢失", "。"]

    /// The pieces that a stream sends; joined, they are the whole text.
    static func pieces(prompt: String, tokens: Int) -> [String] {
        let isChinese = prompt.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }
        var pieces = ["(simulated) ", isChinese ? "你问：" : "You asked: "]
        let quoted = prompt.split(separator: " ").prefix(8).joined(separator: " ")
        pieces.append("“\(String(quoted.prefix(60)))”. ")
        var state = hash(prompt)
        let words = isChinese ? chinese : english
        while pieces.count < tokens {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            pieces.append(words[Int((state >> 33) % UInt64(words.count))] + (isChinese ? "" : " "))
        }
        return Array(pieces.prefix(tokens))
    }

    /// FNV-1a: Swift's own hash differs from run to run.
    static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// The documented counting rule: a token for each run of letters and digits, and one for each other character that is not a blank.
    static func countTokens(_ text: String) -> Int {
        var count = 0
        var inWord = false
        for scalar in text.unicodeScalars {
            let isWord = scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            if isWord {
                if !inWord { count += 1 }
            } else if !scalar.properties.isWhitespace {
                count += 1
            }
            inWord = isWord
        }
        return count
    }

    /// A unit vector that depends on the text alone.
    static func embedding(_ text: String, dimensions: Int) -> [Double] {
        var state = hash(text)
        var vector = (0..<dimensions).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(Int64(bitPattern: state) >> 11) / Double(1 << 52)
        }
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        for index in vector.indices { vector[index] = (vector[index] / length * 1e6).rounded() / 1e6 }
        return vector
    }
}
