public import LLMGWCore

/// What a file's threads have done since it was opened: for metrics.
public struct StorageFigures: Sendable {
    /// 0.1 ms to 10 s: from a page in memory to a disk that hardly answers.
    static let seconds = Histogram(
        bounds: [
            0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
        ])

    public let status: StorageStatus
    /// What was handed to the threads and they have not begun, and what waits for a file that failed.
    public let waiting: Int
    /// How long each thread took for what it did at once: a commit has many records.
    public let reads: Histogram
    public let writes: Histogram

    init(_ status: StorageStatus, writer: StorageThread<some Sendable>, reader: StorageThread<some Sendable>) {
        self.status = status
        waiting = writer.waiting + reader.waiting + Int(clamping: status.held)
        reads = reader.times
        writes = writer.times
    }
}
