import Glibc
import LLMGWCore
import LLMGWTransport
import Logging

extension Gateway {
    private static let upgradeTimeout = Duration.seconds(30)

    /// Upgrades and reloads run one after another, in the order of asking.
    func upgrade(_ command: UpgradeCommand) async -> UpgradeReport {
        let previous = lastChange
        let task = Task { [self] in
            await previous?.value
            return await replace(within: command.timeout ?? Self.upgradeTimeout)
        }
        lastChange = Task { _ = await task.value }
        return await task.value
    }

    /// The daemon is to end: what is being started is not waited for.
    func abandonUpgrade() async {
        successor?.abandon()
        await lastChange?.value
    }

    private func replace(within timeout: Duration) async -> UpgradeReport {
        guard !state.isDraining, !isEnding else { return UpgradeReport(problems: ["the daemon is shutting down"]) }
        guard let launcher else { return UpgradeReport(problems: ["this daemon does not know its program"]) }
        var report = UpgradeReport()
        do {
            let successor = try await start(launcher)
            self.successor = successor
            // Told to end while it was being started, when there was nobody yet to abandon.
            if isEnding { successor.abandon() }
            report.pid = UInt32(clamping: successor.handle.id)
            report.problems = await handOver(to: successor, until: scheduler.now + timeout, &report.version)
            guard report.problems.isEmpty else {
                self.successor = nil
                await Self.offTheLoop { successor.handle.kill() }
                return refused(report)
            }
        } catch {
            report.problems = ["\(error)"]
            return refused(report)
        }
        report.done = true
        report.inFlight = requestsInFlight
        report.grace = generation.configuration.server.drainTimeout
        logger.notice(
            "succeeded",
            metadata: ["llmgw-pid": "\(report.pid ?? 0)", "llmgw-version": "\(report.version ?? "")"])
        end(.succeeded)
        return report
    }

    private func refused(_ report: UpgradeReport) -> UpgradeReport {
        for problem in report.problems {
            logger.error("the new daemon did not get ready", metadata: ["llmgw-problem": "\(problem)"])
        }
        state.events.publish(.admin, .error, "the new daemon did not get ready; this one goes on")
        return report
    }

    private func start(_ launcher: any SuccessorLauncher) async throws -> Successor {
        let (own, other) = try LineChannel.pair()
        let sockets = sockets.passedOn
        let handle: any SuccessorHandle
        do {
            handle = try await Self.offTheLoop { try launcher.start(passing: sockets, channel: other) }
        } catch {
            close(own)
            close(other)
            throw error
        }
        close(other)
        return Successor(handle, try await LineChannel.adopt(own, on: eventLoop.group), scheduler: scheduler)
    }

    /// Returns why it did not work, and then everything is as before.
    private func handOver(
        to successor: Successor, until deadline: MonotonicInstant, _ version: inout String?
    ) async -> [String] {
        switch await successor.next(until: deadline) {
        case .prepared(let name): version = name
        case let news: return problems(news)
        }
        for message in state.desk.handOver(by: successor.quota) { successor.send(message) }
        for message in state.pauses.handedOver { successor.send(message) }
        await state.usageBook.handOver()
        await generation.cache.disk?.close()
        await metrics?.close()
        successor.send(.take)
        switch await successor.next(until: deadline) {
        case .ready: break
        case let news:
            // Its locks are gone with it.
            await Self.offTheLoop { successor.handle.kill() }
            await takeBack()
            return problems(news)
        }
        sockets.handOver()
        onEvent(.succeeded(successor.handle.id))
        successor.send(.go)
        state.usageBook.forward { successor.send(.usage($0)) }
        state.desk.follow(successor.quota)
        return []
    }

    private func takeBack() async {
        state.desk.takeBack()
        state.usageBook.takeBack()
        do throws(GatewayError) { try generation.cache.reopenDisk() } catch {
            noteLoss("the cache's file is not in use any more", error)
        }
        do { metrics = try await openMetrics() } catch {
            noteLoss("the metrics cannot be collected any more", error)
        }
    }

    /// What this daemon goes on without.
    private func noteLoss(_ loss: Logger.Message, _ error: any Error) {
        logger.error(loss, metadata: ["llmgw-problem": "\(error)"])
    }

    private func problems(_ news: Successor.News) -> [String] {
        switch news {
        case .refused(let problems): problems
        case .ended: ["it ended before it was ready; what it wrote to its standard error, the log has"]
        case .tookTooLong: ["it was not ready in time"]
        case .abandoned: ["this daemon was told to end"]
        case .prepared, .ready: ["it said that it is ready when nobody expected that"]
        }
    }

    private nonisolated static func offTheLoop<T: Sendable>(_ body: @Sendable () throws -> T) async rethrows -> T {
        try await withTaskExecutorPreference(globalConcurrentExecutor) { try await onAnyThread(body) }
    }

    private nonisolated static func onAnyThread<T: Sendable>(_ body: @Sendable () throws -> T) async rethrows -> T {
        try body()
    }
}
