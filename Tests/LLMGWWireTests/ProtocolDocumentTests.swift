import LLMGWCore
import Testing

@testable import LLMGWWire

@Suite("PROTOCOL.md says what the code does")
struct ProtocolDocumentTests {
    private let document = RepositoryFile.text("proto/PROTOCOL.md")

    /// The cells of the table rows whose first cell begins with `begin`.
    private func rows(_ begin: String) -> [[String]] {
        document.split(separator: "\n").filter { $0.hasPrefix("| \(begin)") }.map { row in
            row.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map {
                $0.split(separator: " ").joined(separator: " ").replacing("`", with: "")
            }
        }
    }

    @Test func statusTable() throws {
        let rows = rows("`llmgw.").filter { $0.count == 4 }
        let known = ErrorReason.table.filter { !$0.reason.name.hasPrefix("llmgw.local.") }
        #expect(rows.map { $0[0] } == known.map(\.reason.name))
        for (row, entry) in zip(rows, known) {
            #expect(row[1] == String(entry.code.number), "\(entry.reason)")
            #expect(row[2].split(separator: " ").contains("\(entry.retry)"), "\(entry.reason)")
        }
    }

    @Test func reasonsOfClients() throws {
        let sentences = document.replacing("\n", with: " ")
        let found = sentences.matches(of: /`(llmgw\.local\.[a-z_]+)` \((\d+), ([a-z]+)\)/)
        let known = ErrorReason.table.filter { $0.reason.name.hasPrefix("llmgw.local.") }
        #expect(found.map { String($0.1) } == known.map(\.reason.name))
        #expect(found.map { String($0.2) } == known.map { String($0.code.number) })
        #expect(found.map { String($0.3) } == known.map { "\($0.retry)" })
    }

    @Test func methodTable() throws {
        let rows = rows("0x0").filter { $0.count == 4 }
        #expect(try rows.map { try UInt16(vector: $0[0]) } == Method.allCases.map(\.rawValue))
        #expect(rows.map { $0[1] } == Method.allCases.map(\.fullName))
    }

    @Test func frameTypes() throws {
        let rows = rows("0x").filter { $0.count == 6 && !$0[0].contains("–") }
        #expect(try rows.map { try UInt8(vector: $0[0]) } == FrameType.allCases.map(\.rawValue))
        #expect(rows.map { $0[1] } == FrameType.allCases.map { "\($0)".snakeCase.uppercased() })
    }

    @Test func limits() {
        let limits = ConnectionLimits()
        func row(_ name: String) -> String? { rows("`\(name)`").first?[1] }
        #expect(row("max_frame") == "\(limits.maxFrame >> 10) KiB")
        #expect(row("max_message") == "\(limits.maxMessage >> 20) MiB")
        #expect(row("max_streams") == "\(limits.maxStreams)")
        #expect(row("initial_credit") == "\(limits.initialCredit >> 10) KiB")
    }

    @Test("Every word for a violation is in the document, or belongs to the preface and to service")
    func violations() {
        let others: Set<ProtocolViolation> = [
            .wrongPreface, .tooManyUnreadAnswers, .tooManyRefusedRequests,
        ]
        for violation in ProtocolViolation.allCases where !others.contains(violation) {
            #expect(document.contains("`\(violation.rawValue)`"), "\(violation)")
        }
    }
}

extension String {
    /// "helloOK" as "hello_OK"; "goAway" stays one word, as in the protocol.
    fileprivate var snakeCase: String { replacing("OK", with: "_OK") }
}
