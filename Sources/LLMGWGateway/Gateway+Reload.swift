internal import LLMGWControl
public import LLMGWCore
internal import Logging

extension Gateway {
    /// So many settings an event names.
    private static let maxToldChanges = 32

    /// Reads the configuration's file anew: all of it takes effect, or nothing does. Reloads run one after another, in the order of asking.
    @discardableResult
    public func reload(_ command: ReloadCommand = ReloadCommand()) async -> ReloadReport {
        let previous = lastChange
        let task = Task { [self] in
            await previous?.value
            return await readAndSwap(command)
        }
        lastChange = Task { _ = await task.value }
        return await task.value
    }

    private func readAndSwap(_ command: ReloadCommand) async -> ReloadReport {
        let present = generation.configuration
        guard let path = present.path else {
            return refuse("the daemon runs with its built-in configuration, which has no file", path: nil)
        }
        if !command.dryRun { onEvent(.reloading) }
        defer { if !command.dryRun { onEvent(.reloaded) } }
        let result = await Self.read(path)
        guard !state.isDraining else { return refuse("the daemon is shutting down", path: path) }
        switch result {
        case .failure(let errors):
            if !command.dryRun {
                state.reloads.noteRefused()
                state.events.publish(
                    .reload, .error, "the configuration has mistakes, and is not reloaded",
                    details: [Label(key: "problems", value: "\(errors.problems.count)")])
            }
            let problems = errors.problems.map { problem in
                SettingProblem(
                    file: problem.file, line: problem.line.map { UInt32(clamping: $0) }, key: problem.key,
                    message: problem.message + (problem.nearName.map { "; did you mean \"\($0)\"?" } ?? ""))
            }
            for problem in errors.problems {
                logger.error("the configuration is not reloaded", metadata: ["llmgw-problem": "\(problem)"])
            }
            return ReloadReport(problems: problems, path: path)
        case .success(let loaded):
            let changes = ConfigurationComparison.changes(from: present, to: loaded.configuration)
            guard !command.dryRun else { return ReloadReport(changes: changes, path: path) }
            adopt(loaded.configuration)
            state.reloads.noteApplied(at: UnixTime.now.milliseconds)
            for warning in loaded.warnings {
                logger.warning("configuration", metadata: ["llmgw-problem": "\(warning)"])
            }
            for change in changes {
                logger.notice(
                    "setting changed",
                    metadata: ["llmgw-setting": "\(change.key)", "llmgw-needs-restart": "\(change.needsRestart)"])
            }
            state.events.publish(
                .reload, .notice, "the configuration is reloaded; \(changes.count) settings changed",
                details: changes.prefix(Self.maxToldChanges).map { Label(key: "setting", value: $0.key) })
            logger.notice(
                "configuration reloaded", metadata: ["llmgw-file": "\(path)", "llmgw-changes": "\(changes.count)"])
            return ReloadReport(applied: true, changes: changes, path: path)
        }
    }

    private func refuse(_ message: String, path: String?) -> ReloadReport {
        logger.error("the configuration is not reloaded", metadata: ["llmgw-problem": "\(message)"])
        return ReloadReport(problems: [SettingProblem(file: path ?? "", message: message)], path: path)
    }

    /// Files can be on a disk that takes its time: not on the gateway loop.
    private static func read(_ path: String) async -> Result<ConfigurationLoader.Loaded, ConfigurationErrors> {
        await withTaskExecutorPreference(globalConcurrentExecutor) {
            await load(path)
        }
    }

    private nonisolated static func load(
        _ path: String
    ) async -> Result<ConfigurationLoader.Loaded, ConfigurationErrors> {
        Result { () throws(ConfigurationErrors) in try ConfigurationLoader.load(path: path, sources: .daemon) }
    }
}
