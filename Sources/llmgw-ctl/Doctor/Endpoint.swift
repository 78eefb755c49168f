import Glibc

/// Where a provider's base URL leads.
struct Endpoint: Sendable, Hashable {
    let host: String

    /// Nil where the URL names no host.
    init?(_ baseURL: String) {
        guard let start = baseURL.ranges(of: "://").first?.upperBound else { return nil }
        let authority = baseURL[start...].prefix { $0 != "/" }
        let name =
            authority.hasPrefix("[") ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        guard !name.isEmpty else { return nil }
        host = String(name)
    }

    /// On this host, where nobody sends a bill.
    var isLocal: Bool { host == "localhost" || host == "::1" || Self.isLoopback(host) }

    private static func isLoopback(_ host: String) -> Bool {
        var address = in_addr()
        return inet_pton(AF_INET, host, &address) == 1 && UInt32(bigEndian: address.s_addr) >> 24 == 127
    }
}
