import Glibc
import LLMGWCore
import Synchronization
import TestSupport
import Testing

@testable import LLMGWStorage

@Suite("Storage thread")
struct StorageThreadTests {
    /// What the worker did, and what keeps it from going on.
    private final class Log: Sendable {
        struct State {
            var batches: [[Int]] = []
            var wakes = 0
            var isClosed = false
            /// What the next batch waits for.
            var gate: Signal?
        }

        let state = Mutex(State())

        var batches: [[Int]] { state.withLock { $0.batches } }
    }

    private final class Worker: StorageWorker {
        private let log: Log
        var wakeTime: MonotonicInstant?

        init(_ log: Log, wakeTime: MonotonicInstant?) {
            self.log = log
            self.wakeTime = wakeTime
        }

        func perform(_ commands: [Int]) {
            let gate = log.state.withLock { state in
                state.batches.append(commands)
                defer { state.gate = nil }
                return state.gate
            }
            if let gate { #expect(gate.wait()) }
        }

        func wake() {
            wakeTime = nil
            log.state.withLock { $0.wakes += 1 }
        }

        func close() { log.state.withLock { $0.isClosed = true } }
    }

    private let log = Log()

    private func start(
        capacity: Int = 100, delay: Duration = .milliseconds(50), batch: Int = 10, wakeTime: MonotonicInstant? = nil
    ) throws -> StorageThread<Int> {
        let log = log
        return try StorageThread(limits: .init(capacity: capacity, batchDelay: delay, batchWeight: batch)) {
            Worker(log, wakeTime: wakeTime)
        }
    }

    @Test func whatComesTogetherIsPerformedTogether() async throws {
        let thread = try start()
        let begin = ContinuousClock.now
        for number in 1...3 { #expect(thread.submit(number, .batched)) }
        #expect(await eventually { log.batches == [[1, 2, 3]] })
        #expect(ContinuousClock.now - begin >= .milliseconds(50))
        await thread.stop()
    }

    @Test func aPromptCommandAndAFullBatchDoNotWait() async throws {
        let thread = try start(delay: .seconds(1_000))
        #expect(thread.submit(1, .batched))
        #expect(thread.submit(2, .prompt))
        #expect(await eventually { log.batches == [[1, 2]] })
        for number in 3...12 { #expect(thread.submit(number, .batched)) }
        #expect(await eventually { log.batches.joined().count == 12 })
        await thread.stop()
    }

    @Test func refusesAndCountsWhatTheQueueCannotHold() async throws {
        let thread = try start(capacity: 10, delay: .zero)
        let gate = Signal()
        log.state.withLock { $0.gate = gate }
        #expect(thread.submit(1, .prompt))
        #expect(await eventually { log.batches == [[1]] })
        #expect(thread.submit(2, weight: 30, .batched), "too heavy for any queue, and alone in it")
        #expect(!thread.submit(3, .prompt))
        #expect(!thread.submit(4, .batched))
        #expect(thread.refused == 2)
        #expect(thread.waiting == 1, "the worker has begun the first, and the others are refused")
        #expect(thread.times.count == 0)
        gate.send()
        #expect(await eventually { log.batches == [[1], [2]] })
        #expect(await eventually { thread.times.count == 2 }, "one time for each batch")
        #expect(thread.waiting == 0)
        for number in 5...14 { #expect(thread.submit(number, .batched)) }
        await thread.stop()
        #expect(Array(log.batches.joined().suffix(10)) == Array(5...14))
    }

    @Test func stoppingPerformsWhatWaitsAndRefusesTheRest() async throws {
        let thread = try start(delay: .seconds(1_000))
        #expect(thread.submit(1, .batched))
        await thread.stop()
        #expect(log.batches == [[1]])
        #expect(log.state.withLock { $0.isClosed })
        #expect(!thread.submit(2, .prompt))
        await thread.stop()
        #expect(log.batches == [[1]])
    }

    @Test func wakesTheWorkerAtItsTime() async throws {
        let thread = try start(wakeTime: .now + .milliseconds(20))
        #expect(await eventually { log.state.withLock { $0.wakes } == 1 })
        await thread.stop()
        #expect(log.state.withLock { $0.wakes } == 1)
    }

    @Test func keepsTheOrderOfEachOfManySubmitters() async throws {
        let thread = try start(capacity: 100_000, delay: .milliseconds(1), batch: 100)
        await withTaskGroup { group in
            for submitter in 0..<4 {
                group.addTask {
                    for number in 0..<1_000 { _ = thread.submit(submitter * 1_000 + number, .batched) }
                }
            }
        }
        await thread.stop()
        let all = log.batches.joined()
        #expect(all.count == 4_000)
        for submitter in 0..<4 {
            #expect(Array(all.filter { $0 / 1_000 == submitter }) == Array(submitter * 1_000..<(submitter + 1) * 1_000))
        }
    }
}
