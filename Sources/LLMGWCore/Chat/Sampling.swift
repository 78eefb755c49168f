/// How a model chooses its words. Nil leaves a parameter out of the upstream request, which is not the same as any value.
public struct Sampling: Sendable, Hashable {
    public var temperature: Double?
    public var topP: Double?
    /// Most tokens of output.
    public var maxTokens: UInt32?
    public var stop: [String]
    public var seed: Int64?
    public var presencePenalty: Double?
    public var frequencyPenalty: Double?
    /// How many alternatives to generate.
    public var n: UInt32?
    public var logitBias: [LogitBias]
    /// The caller's end user, as the upstream wants it told.
    public var user: String?

    /// A token id in the model's vocabulary, as text, and what is added to its log-odds.
    public struct LogitBias: Sendable, Hashable {
        public var token: String
        public var bias: Double

        public init(token: String, bias: Double) {
            self.token = token
            self.bias = bias
        }
    }

    public init(
        temperature: Double? = nil, topP: Double? = nil, maxTokens: UInt32? = nil, stop: [String] = [],
        seed: Int64? = nil, presencePenalty: Double? = nil, frequencyPenalty: Double? = nil, n: UInt32? = nil,
        logitBias: [LogitBias] = [], user: String? = nil
    ) {
        self.temperature = temperature
        self.topP = topP
        self.maxTokens = maxTokens
        self.stop = stop
        self.seed = seed
        self.presencePenalty = presencePenalty
        self.frequencyPenalty = frequencyPenalty
        self.n = n
        self.logitBias = logitBias
        self.user = user
    }

    /// These parameters, with `defaults` where nothing was said.
    public func filled(from defaults: Sampling) -> Sampling {
        Sampling(
            temperature: temperature ?? defaults.temperature,
            topP: topP ?? defaults.topP,
            maxTokens: maxTokens ?? defaults.maxTokens,
            stop: stop.isEmpty ? defaults.stop : stop,
            seed: seed ?? defaults.seed,
            presencePenalty: presencePenalty ?? defaults.presencePenalty,
            frequencyPenalty: frequencyPenalty ?? defaults.frequencyPenalty,
            n: n ?? defaults.n,
            logitBias: logitBias.isEmpty ? defaults.logitBias : logitBias,
            user: user ?? defaults.user)
    }
}
