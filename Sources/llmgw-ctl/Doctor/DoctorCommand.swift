import ArgumentParser
import LLMGWCore
import LLMGWJSON

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look for what keeps the gateway from working, and say what to do about it.",
        discussion: """
            Socket, permissions, daemon, service, configuration, keys, disk, limits, clock, names, and the providers, which the \
            daemon asks for one token for each deployment: they may charge for it. Keys are never shown. The status is 1 if a \
            check failed; a warning does not count.

            EXAMPLES
              llmgw-ctl doctor
              llmgw-ctl doctor --no-providers
              llmgw-ctl doctor --json | jq '.findings[] | select(.verdict == "failed")'
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("The configuration file; without it, the daemon's.", valueName: "file"))
    var config: String?

    @Flag(inversion: .prefixedNo, help: "Have every deployment asked for one token.")
    var providers = true

    func run() async throws {
        var findings: [Finding] = []
        let examination = Examination(
            connection: connection, configurationPath: config, asksProviders: providers,
            report: { finding in
                findings.append(finding)
                if !output.json { Terminal.write(finding.text) }
            })
        await examination.run()
        let failed = findings.count { $0.verdict == .failed }
        let warnings = findings.count { $0.verdict == .warning }
        if output.json {
            JSON.print {
                $0.object {
                    $0.array("findings", findings) { $0.finding($1) }
                    $0.member("failed", failed)
                    $0.member("warnings", warnings)
                }
            }
        } else {
            Terminal.write("\n\(findings.count) checks: \(failed) failed, \(warnings) warnings\n")
        }
        if failed > 0 { throw ToolFailure(.failure, "\(failed) of \(findings.count) checks failed") }
    }
}
