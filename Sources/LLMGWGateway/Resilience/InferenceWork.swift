import LLMGWCore
import LLMGWUpstream

/// What a request wants done, for whichever model does it in the end.
@GatewayLoop
struct InferenceWork {
    /// The model that was asked for.
    let model: ModelSettings
    /// The request as it goes to a model, with that model's default parameters. Throws where the model cannot do it.
    let operation: (ModelSettings) throws(GatewayError) -> UpstreamOperation
    /// The answer with a text of the configuration, to a sink where there is one; nil where none would do.
    let canned: ((String, (any ChunkSink)?) -> UpstreamAnswer.Body)?
    /// Whether it may run twice.
    let mayRunTwice: Bool?
    /// An older answer will do rather than another model's.
    var hasSubstitute = false

    /// Who has something to say instead does not let the caller wait.
    var hasOtherWords: Bool { hasSubstitute || canned != nil && model.fallbacks.cannedReply != nil }

    init(
        model: ModelSettings, mayRunTwice: Bool?, canned: ((String, (any ChunkSink)?) -> UpstreamAnswer.Body)? = nil,
        operation: @escaping (ModelSettings) throws(GatewayError) -> UpstreamOperation
    ) {
        self.model = model
        self.mayRunTwice = mayRunTwice
        self.canned = canned
        self.operation = operation
    }
}
