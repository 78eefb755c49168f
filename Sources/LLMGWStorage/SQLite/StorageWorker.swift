import LLMGWCore

/// What runs on a storage thread: made there, used there, gone with it. So it needs no locks and may block.
protocol StorageWorker<Command>: AnyObject {
    associatedtype Command: Sendable

    /// In the order of submission.
    func perform(_ commands: [Command])

    /// When `wake` is to be called though nothing was submitted; nil: never.
    var wakeTime: MonotonicInstant? { get }
    func wake()

    /// The last call.
    func close()
}
