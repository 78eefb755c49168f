import ArgumentParser
import LLMGWCore
import LLMGWJSON
import LLMGatewayClient

struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Show the contract: what the daemon can do, or one message or service of it.",
        discussion: """
            EXAMPLES
              llmgw-ctl describe
              llmgw-ctl describe ChatRequest
              llmgw-ctl describe --proto | less
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Print the .proto files whole.")
    var proto = false

    @Argument(help: "A message, an enum or a service.")
    var name: String?

    func validate() throws {
        if proto, name != nil { throw ValidationError("--proto prints everything; it goes without a name") }
    }

    func run() async throws {
        if let name {
            let files = try await connection.withClient { try await $0.schema() }
            Terminal.write(try ProtoDefinition.find(name, in: files) + "\n")
        } else if proto {
            let files = try await connection.withClient { try await $0.schema() }
            for file in files { Terminal.write("// \(file.name)\n\(file.text)\n") }
        } else {
            let info = try await connection.withClient { try await $0.info() }
            output.json ? Self.printJSON(info) : Terminal.write(Self.text(info))
        }
    }

    private static func text(_ info: ServiceInfo) -> String {
        let limits = info.limits
        var text = """
            llmgwd \(info.version), protocol \(info.protocolMajor).\(info.protocolMinor)
            limits: frame \(limits.maxFrame) bytes, message \(limits.maxMessage) bytes, \(limits.maxStreams) streams, \
            credit \(limits.initialCredit) bytes

            """
        if !info.features.isEmpty { text += "features: \(info.features.joined(separator: ", "))\n" }
        var methods = Table("NUMBER", "METHOD")
        for method in info.methods {
            let hex = String(method.number, radix: 16)
            methods.add("0x" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex, method.name)
        }
        return text + "\n" + methods.text
    }

    private static func printJSON(_ info: ServiceInfo) {
        JSON.print {
            $0.object {
                $0.member("version", info.version)
                $0.member("protocol_major", info.protocolMajor)
                $0.member("protocol_minor", info.protocolMinor)
                $0.member("features", info.features)
                $0.object("limits") {
                    $0.member("max_frame", info.limits.maxFrame)
                    $0.member("max_message", info.limits.maxMessage)
                    $0.member("max_streams", info.limits.maxStreams)
                    $0.member("initial_credit", info.limits.initialCredit)
                }
                $0.array("methods", info.methods) { writer, method in
                    writer.object {
                        $0.member("number", method.number)
                        $0.member("name", method.name)
                    }
                }
            }
        }
    }
}

/// Finds top-level definitions in the text of .proto files.
enum ProtoDefinition {
    private static let keywords = ["message", "enum", "service"]

    /// The definition with the comment above it.
    static func find(_ name: String, in files: [SchemaFile]) throws(ToolFailure) -> String {
        var known: [String] = []
        for file in files {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
            for (number, line) in lines.enumerated() {
                let words = line.split(separator: " ")
                guard words.count >= 3, line.first != " ", keywords.contains(String(words[0])) else { continue }
                known.append(String(words[1]))
                guard words[1] == name else { continue }
                let first = lines[..<number].lastIndex { !$0.hasPrefix("//") }.map { $0 + 1 } ?? 0
                let last = line.last == "}" ? number : lines[number...].firstIndex { $0 == "}" } ?? lines.count - 1
                return lines[first...last].joined(separator: "\n")
            }
        }
        let near = NearestName.among(known, to: name).map { "; did you mean \"\($0)\"?" } ?? ""
        throw ToolFailure(.failure, "the contract has no message, enum or service \"\(name)\"\(near)")
    }
}
