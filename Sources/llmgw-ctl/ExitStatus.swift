import LLMGWCore

/// How the tool ends. Programs rely on the numbers.
enum ExitStatus: Int32, CaseIterable {
    case success = 0
    case failure = 1
    case usage = 2
    case unreachable = 3
    case denied = 4
    case upstream = 5
    case deadline = 6
    case interrupted = 130

    private var meaning: String {
        switch self {
        case .success: "done"
        case .failure: "request or configuration refused, or what was asked for is not there"
        case .usage: "the command line is wrong"
        case .unreachable: "no daemon answers at the socket"
        case .denied: "access to the socket or to the operation is denied"
        case .upstream: "the upstream failed or refused"
        case .deadline: "the time ran out"
        case .interrupted: "interrupted by SIGINT"
        }
    }

    static var documentation: String {
        allCases.map { status in
            let number = String(status.rawValue)
            return "  \(number)\(String(repeating: " ", count: 5 - number.count))\(status.meaning)"
        }.joined(separator: "\n")
    }

    init(_ error: GatewayError) {
        self =
            switch error.reason {
            case .localConnectFailed, .localConnectionLost, .draining: .unreachable
            case _ where error.code == .deadlineExceeded: .deadline
            case .permissionDenied, .modelNotAllowed: .denied
            case .noHealthyTarget, .breakerOpen: .upstream
            case _ where error.reason.name.hasPrefix("llmgw.upstream."): .upstream
            default: .failure
            }
    }
}
