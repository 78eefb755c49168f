/// Remembers purges, so that a fill that began before one does not bring back what it deleted.
struct PurgeMarks {
    private static let limit = 10_000

    private var epochs: [CacheFileSelector: UInt32] = [:]

    mutating func add(_ selector: CacheFileSelector, epoch: UInt32) {
        if case .expired = selector { return }
        if epochs.count >= Self.limit {
            // Costs no more than a few fills that are under way.
            epochs = [.all: max(epoch, epochs.values.max() ?? 0)]
        }
        epochs[selector] = max(epoch, epochs[selector] ?? 0)
    }

    func forbids(_ entry: CacheFileMetadata) -> Bool {
        guard !epochs.isEmpty else { return false }
        let whole: [CacheFileSelector] = [.all, .key(entry.key), .model(entry.model), .scope(entry.scope)]
        return (whole + entry.tags.map(CacheFileSelector.tag)).contains { entry.epoch < epochs[$0] ?? 0 }
    }
}
