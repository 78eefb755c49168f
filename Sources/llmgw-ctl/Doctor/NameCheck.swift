import Dispatch
import Glibc

/// Whether this host finds a provider's addresses.
enum NameCheck {
    static func finding(_ host: String) async -> Finding {
        let code = await withCheckedContinuation { continuation in
            // It blocks for as long as the name server takes.
            DispatchQueue.global().async { continuation.resume(returning: lookUp(host)) }
        }
        return judge(host, code)
    }

    /// How many addresses, or why there is none.
    enum Outcome: Sendable, Hashable {
        case addresses(Int)
        case failure(String)
    }

    private static func lookUp(_ host: String) -> Outcome {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else { return .failure(String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(list) }
        return .addresses(Array(sequence(first: list, next: { $0?.pointee.ai_next }).prefix { $0 != nil }).count)
    }

    static func judge(_ host: String, _ outcome: Outcome) -> Finding {
        let check = "name of \(host)"
        switch outcome {
        case .addresses(let count): return .ok(check, "\(count) address\(count == 1 ? "" : "es")")
        case .failure(let problem):
            return .warning(
                check, "this host finds no address: \(problem)",
                "Look at /etc/resolv.conf and the name server. The daemon may reach the provider through a proxy all the same."
            )
        }
    }
}
