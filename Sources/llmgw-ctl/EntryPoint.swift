import ArgumentParser
import Dispatch
import Glibc
import LLMGWCore

/// Runs the command and turns its outcome into an exit status.
@main
enum EntryPoint {
    static func main() async {
        // What is written is UTF-8 in every locale; the locale only tells how wide a character is.
        setlocale(LC_CTYPE, "")
        if String(cString: nl_langinfo(CInt(CODESET))) != "UTF-8" { setlocale(LC_CTYPE, "C.UTF-8") }
        // Whoever is not root may not raise a thread's priority, which the runtime would write to the system's log, each time.
        setenv("LIBDISPATCH_LOG", "NO", 0)
        let work = Task { try await run() }
        let interrupts = Interrupts.handle { work.cancel() }
        defer { interrupts.cancel() }
        let result = await work.result
        if Interrupts.haveCome { exit(ExitStatus.interrupted.rawValue) }
        if case .failure(let error) = result { end(error) }
    }

    private static func run() async throws {
        var command = try LLMGWControlTool.parseAsRoot()
        if var asynchronous = command as? any AsyncParsableCommand {
            try await asynchronous.run()
        } else {
            try command.run()
        }
    }

    private static func end(_ error: any Error) -> Never {
        switch error {
        case let failure as ToolFailure:
            Terminal.complain(failure.message)
            exit(failure.status.rawValue)
        case let error as GatewayError:
            Terminal.complain(error.message + (error.suggestion.isEmpty ? "" : "\n" + error.suggestion))
            Terminal.note(facts(of: error))
            exit(ExitStatus(error).rawValue)
        default:
            let code = LLMGWControlTool.exitCode(for: error)
            let message = LLMGWControlTool.fullMessage(for: error)
            guard code != .success else {
                Terminal.write(message + "\n")
                exit(ExitStatus.success.rawValue)
            }
            Terminal.error(message)
            exit((code == .validationFailure ? ExitStatus.usage : .failure).rawValue)
        }
    }

    private static func facts(of error: GatewayError) -> String {
        var facts = [error.reason.name]
        if let status = error.upstreamStatus { facts.append("HTTP \(status)") }
        if let provider = error.provider { facts.append("provider \(provider)") }
        if let model = error.model { facts.append("model \(model)") }
        if error.attempts > 0 { facts.append("attempts \(error.attempts)") }
        if let wait = error.retryAfter { facts.append("retry after \(wait.short)") }
        if let id = error.requestID { facts.append("request \(id)") }
        return "(" + facts.joined(separator: ", ") + ")"
    }
}
