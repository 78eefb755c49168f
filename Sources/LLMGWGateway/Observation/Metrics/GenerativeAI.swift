import LLMGWCore

/// The words of OpenTelemetry's conventions for generative AI.
enum GenerativeAI {
    /// What a histogram of token usage tells.
    static let tokenTypes = ["input", "output"]

    /// `method` as the protocol calls it, in whatever case.
    static func operation(_ method: String) -> String {
        switch method.lowercased() {
        case "complete": "text_completion"
        case "embed": "embeddings"
        default: "chat"
        }
    }

    static func tokens(_ usage: Usage) -> [(type: String, count: UInt64?)] {
        [
            ("input", usage.inputTokens), ("output", usage.outputTokens), ("cache_read", usage.cachedInputTokens),
            ("reasoning", usage.reasoningTokens),
        ]
    }

    /// What the model will most likely be asked to do, as methods in lower case.
    static func operations(of model: ModelSettings, _ defaults: DefaultSettings) -> [String] {
        guard let capabilities = model.capabilities else {
            return defaults.embeddingModel == model.name ? ["chat", "batch", "embed"] : ["chat", "batch"]
        }
        return (capabilities.contains(.chat) ? ["chat", "batch"] : [])
            + (capabilities.contains(.completion) ? ["complete"] : [])
            + (capabilities.contains(.embedding) ? ["embed"] : [])
    }
}
