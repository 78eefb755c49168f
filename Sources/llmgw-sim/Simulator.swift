import NIOCore

/// How the simulated provider behaves where a request does not say.
struct SimulatorSettings: Sendable {
    var latency: TimeAmount
    /// 0 is as fast as possible.
    var tokensPerSecond: Int
    var outputTokens: Int
}

/// What the simulated provider did, so that tests can compare it with what was asked of the gateway. One event loop's.
final class Simulator: @unchecked Sendable {  // Touched on the one event loop only; the main thread creates it.
    /// Counts for one model.
    struct Counts {
        var received = 0
        var completed = 0
        /// The client went away before the end.
        var aborted = 0
        var inFlight = 0
        var maxInFlight = 0
        /// Inputs of each embeddings call, in order.
        var embeddingInputs: [Int] = []
    }

    /// An answer that a test wants, instead of the model's own.
    struct ScriptedAnswer {
        var status: Int
        var headers: [(String, String)]
        var body: String
        var left: Int
    }

    let settings: SimulatorSettings
    private(set) var counts: [String: Counts] = [:]
    private(set) var connections = 0
    /// The body of the last request for an answer.
    var lastBody = ""
    private var scripts: [String: [ScriptedAnswer]] = [:]

    init(settings: SimulatorSettings) {
        self.settings = settings
    }

    func connected() { connections += 1 }

    func begin(_ model: String, embeddingInputs: Int? = nil) {
        counts[model, default: Counts()].received += 1
        counts[model, default: Counts()].inFlight += 1
        if let count = counts[model] { counts[model]?.maxInFlight = max(count.maxInFlight, count.inFlight) }
        if let embeddingInputs { counts[model]?.embeddingInputs.append(embeddingInputs) }
    }

    func end(_ model: String, completed: Bool) {
        counts[model]?.inFlight -= 1
        if completed { counts[model]?.completed += 1 } else { counts[model]?.aborted += 1 }
    }

    func script(_ model: String, _ answers: [ScriptedAnswer]) {
        scripts[model, default: []] += answers
    }

    func nextScripted(_ model: String) -> ScriptedAnswer? {
        guard let answer = scripts[model]?.first else { return nil }
        scripts[model]?[0].left -= 1
        if answer.left <= 1 { scripts[model]?.removeFirst() }
        return answer
    }

    func reset() {
        counts = counts.filter { $0.value.inFlight > 0 }
        scripts = [:]
        connections = 0
        lastBody = ""
    }
}
