import LLMGWCore

/// How far apart the chunks of streams come, for each operation at a model.
@GatewayLoop
final class ChunkTimes {
    /// Of one of them, shared by its streams: a chunk costs no look-up.
    @GatewayLoop
    final class Entry {
        private(set) var histogram = RequestFigures.seconds

        func add(_ span: Duration) { histogram.add(span.inSeconds) }
    }

    private(set) var entries: [RequestFigures.Target: Entry] = [:]

    func entry(for target: RequestFigures.Target) -> Entry {
        if let known = entries[target] { return known }
        let entry = Entry()
        entries[target] = entry
        return entry
    }
}

/// Notes how far apart the chunks of one stream come, from the second on. A reader's pauses are in it, as for all who read the stream.
@GatewayLoop
struct ChunkPace {
    private let entry: ChunkTimes.Entry
    private let scheduler: any LoopScheduler
    private var last: MonotonicInstant?

    init(_ entry: ChunkTimes.Entry, scheduler: any LoopScheduler) {
        self.entry = entry
        self.scheduler = scheduler
    }

    mutating func noteChunk() {
        let now = scheduler.now
        if let last { entry.add(now - last) }
        last = now
    }
}
