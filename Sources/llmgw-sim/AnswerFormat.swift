/// The documents of one API, for one answer.
protocol AnswerFormat {
    /// Events before those that every API sends first: a fault that cuts a stream counts them in.
    var leadingEvents: Int { get }
    /// What may stand between the events without meaning anything.
    var ping: ServerSentEvent { get }
    /// The mark that ends a stream.
    var end: ServerSentEvent { get }

    func whole(pieces: [String], finish: Finish, withUsage: Bool) -> [UInt8]

    /// The events of a stream, but for its end mark. Each is written when its turn comes: a long answer to a slow reader must cost neither
    /// memory nor time in advance.
    func events(pieces: [String], finish: Finish, withUsage: Bool) -> [() -> ServerSentEvent]
}

/// What goes out as lines of `event` and `data`, or as a comment.
enum ServerSentEvent {
    case comment(String)
    case data([UInt8], name: String? = nil)
}

/// Why an answer ends.
enum Finish {
    case stop, length, toolCalls, filtered
    case stopSequence(String)
}

/// The API that a request came in.
enum Dialect {
    case openai, anthropic

    func error(_ message: String, type: String, code: String?, parameter: String? = nil) -> [UInt8] {
        switch self {
        case .openai: AnswerJSON.error(message, type: type, code: code, parameter: parameter)
        case .anthropic: MessageJSON.error(message, type: type, code: code)
        }
    }
}
