import LLMGWCore
import LLMGWJSON

/// What one check found, and what to do about it. Never a key.
struct Finding: Sendable, Hashable {
    enum Verdict: String, Sendable {
        case ok
        /// It cannot be checked here, and that is no fault.
        case skipped
        case warning
        case failed
    }

    let check: String
    let verdict: Verdict
    let message: String
    var remedy: String?

    static func ok(_ check: String, _ message: String) -> Finding {
        Finding(check: check, verdict: .ok, message: message)
    }

    static func skipped(_ check: String, _ message: String, _ remedy: String? = nil) -> Finding {
        Finding(check: check, verdict: .skipped, message: message, remedy: remedy)
    }

    static func warning(_ check: String, _ message: String, _ remedy: String) -> Finding {
        Finding(check: check, verdict: .warning, message: message, remedy: remedy)
    }

    static func failed(_ check: String, _ message: String, _ remedy: String) -> Finding {
        Finding(check: check, verdict: .failed, message: message, remedy: remedy)
    }

    /// One line, and the remedy below it.
    var text: String {
        let word = verdict.rawValue
        let line = word + String(repeating: " ", count: 9 - word.utf8.count) + check + ": " + message
        let advice = remedy.map { "\n         → " + Terminal.oneLine($0) } ?? ""
        return Terminal.oneLine(line) + advice + "\n"
    }
}

extension JSONWriter {
    mutating func finding(_ finding: Finding) {
        object {
            $0.member("check", finding.check)
            $0.member("verdict", finding.verdict.rawValue)
            $0.member("message", finding.message)
            $0.member("remedy", finding.remedy)
        }
    }
}
