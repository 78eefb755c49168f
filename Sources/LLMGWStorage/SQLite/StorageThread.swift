internal import CPlatform
import Glibc
import LLMGWCore
import Synchronization

/// A thread of its own with a bounded queue, so that a slow disk makes nobody wait who does not ask for it.
///
/// `submit` never blocks: what the queue cannot hold is refused and counted. Commands that may wait for company are
/// performed together, one commit for all; a prompt one ends the waiting.
final class StorageThread<Command: Sendable>: Sendable {
    enum Urgency { case batched, prompt }

    struct Limits: Sendable {
        /// How much may wait, in the commands' weights.
        var capacity: Int
        /// How long the first batched command waits for others, and with which weight they wait no longer.
        var batchDelay: Duration = .milliseconds(50)
        var batchWeight: Int
    }

    private struct Queue {
        var commands: [Command] = []
        var weight = 0
        var isPrompt = false
        var oldest: MonotonicInstant?
        var isStopping = false
        var isStopped = false
        var stopped: [CheckedContinuation<Void, Never>] = []
    }

    private enum Turn {
        case perform([Command])
        case wait(until: MonotonicInstant?)
        case stop
    }

    private let limits: Limits
    private let queue = Mutex(Queue())
    private let refusals = Atomic<UInt64>(0)
    private let performances = Mutex(StorageFigures.seconds)
    private let poll: CInt
    private let wakeDescriptor: CInt

    init(
        limits: Limits, makeWorker: @escaping @Sendable () -> any StorageWorker<Command>
    ) throws(StorageError) {
        self.limits = limits
        poll = cplatform_poll_create()
        wakeDescriptor = cplatform_wake_create()
        guard poll >= 0, wakeDescriptor >= 0, cplatform_poll_watch(poll, wakeDescriptor, true, false) == 0 else {
            throw StorageError(
                .unavailable, "no descriptors for a storage thread: \(String(cString: strerror(errno)))")
        }
        guard DetachedThread.start({ [self] in run(makeWorker()) }) else {
            throw StorageError(.unavailable, "a storage thread cannot be started")
        }
    }

    /// The thread holds a reference until it ends, so nobody can wake a descriptor that is closed.
    deinit {
        close(poll)
        close(wakeDescriptor)
    }

    /// Commands that were refused because the queue was full or closed.
    var refused: UInt64 { refusals.load(ordering: .relaxed) }

    /// Commands that the worker has not begun.
    var waiting: Int { queue.withLock { $0.commands.count } }

    /// How long the worker took for what it was given at once, in seconds.
    var times: Histogram { performances.withLock { $0 } }

    /// False if it is refused. From any thread.
    func submit(_ command: Command, weight: Int = 1, _ urgency: Urgency) -> Bool {
        let (isTaken, wakes) = queue.withLock { queue in
            // Whatever its weight, a command fits an empty queue.
            let fits = queue.commands.isEmpty || queue.weight + weight <= limits.capacity
            guard !queue.isStopping, fits else { return (false, false) }
            let before = queue.weight
            queue.commands.append(command)
            queue.weight += weight
            if queue.commands.count == 1 { queue.oldest = .now }
            let ends = !queue.isPrompt && urgency == .prompt
            queue.isPrompt = queue.isPrompt || urgency == .prompt
            let fills = before < limits.batchWeight && queue.weight >= limits.batchWeight
            return (true, queue.commands.count == 1 || ends || fills)
        }
        if wakes { cplatform_wake(wakeDescriptor) }
        if !isTaken { refusals.wrappingAdd(1, ordering: .relaxed) }
        return isTaken
    }

    /// Performs what waits, closes the worker and ends the thread. Refuses from now on.
    func stop() async {
        await withCheckedContinuation { continuation in
            let isStopped = queue.withLock { queue in
                queue.isStopping = true
                if !queue.isStopped { queue.stopped.append(continuation) }
                return queue.isStopped
            }
            if isStopped { continuation.resume() } else { cplatform_wake(wakeDescriptor) }
        }
    }

    private func run(_ worker: any StorageWorker<Command>) {
        var ready = cplatform_ready()
        while true {
            switch nextTurn() {
            case .perform(let commands):
                let began = MonotonicInstant.now
                worker.perform(commands)
                let span = MonotonicInstant.now - began
                performances.withLock { $0.add(span / .seconds(1)) }
            case .wait(let batchEnd):
                let now = MonotonicInstant.now
                if let due = worker.wakeTime, due <= now {
                    worker.wake()
                    continue
                }
                let until = [batchEnd, worker.wakeTime].compactMap(\.self).min()
                let count = cplatform_poll_wait(poll, &ready, 1, until.map { Self.milliseconds($0 - now) } ?? -1)
                precondition(count >= 0, "epoll_wait failed: \(errno)")
                if count > 0 { cplatform_wake_drain(wakeDescriptor) }
            case .stop:
                worker.close()
                end()
                return
            }
        }
    }

    private func nextTurn() -> Turn {
        queue.withLock { queue in
            guard let oldest = queue.oldest else { return queue.isStopping ? .stop : .wait(until: nil) }
            let end = oldest + limits.batchDelay
            let isDue = queue.isPrompt || queue.isStopping || queue.weight >= limits.batchWeight
            guard isDue || end <= .now else { return .wait(until: end) }
            let commands = queue.commands
            queue.commands = []
            queue.weight = 0
            queue.isPrompt = false
            queue.oldest = nil
            return .perform(commands)
        }
    }

    private func end() {
        let waiting = queue.withLock { queue in
            queue.isStopped = true
            return queue.stopped
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Rounded up, so that the wait does not end before its time.
    private static func milliseconds(_ duration: Duration) -> CInt {
        CInt(clamping: (max(0, duration.wholeNanoseconds) + 999_999) / 1_000_000)
    }
}
