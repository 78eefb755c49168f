/// What can be fuzzed. A target ends the process if what it looks at does not hold; everything else (memory, traps, time) libFuzzer and the
/// sanitizers see.
enum FuzzTarget: String, CaseIterable {
    /// A client's bytes, as the daemon reads them.
    case frames
    /// A method's number (two bytes), and its request.
    case requests
    /// The daemon's bytes, as the Swift client reads them.
    case replies
    /// A byte that chooses the dialect, and an upstream's stream of events.
    case streams
    /// A byte that chooses dialect and operation, and an upstream's whole answer.
    case answers
    /// A byte that chooses the dialect, and an answer's head.
    case heads
    case json
    case toml

    func test(_ input: [UInt8]) {
        switch self {
        case .frames: FramesTarget.test(input)
        case .requests: RequestsTarget.test(input)
        case .replies: RepliesTarget.test(input)
        case .streams: UpstreamTargets.testStream(input)
        case .answers: UpstreamTargets.testAnswer(input)
        case .heads: UpstreamTargets.testHead(input)
        case .json: JSONTarget.test(input)
        case .toml: TOMLTarget.test(input)
        }
    }
}

/// Ends the process with what was expected.
func expect(_ condition: Bool, _ what: @autoclosure () -> String) {
    guard condition else { fatalError(what()) }
}
