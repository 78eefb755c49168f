public import LLMGWCore
internal import Synchronization

/// What went over the connections to one provider since the start. The transport's thread counts, anybody reads.
public final class UpstreamTraffic: Sendable {
    /// The steps in which a connection comes about.
    public enum Phase: Int, Sendable, CaseIterable {
        /// Looking up the host's name.
        case dns
        case tcp
        case tls
    }

    /// 0.5 ms to 10 s: from a server on this host to one that hardly answers.
    private static let seconds = Histogram(
        bounds: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])

    private let open = Atomic<Int>(0)
    private let opened = Atomic<UInt64>(0)
    private let reused = Atomic<UInt64>(0)
    private let sent = Atomic<UInt64>(0)
    private let received = Atomic<UInt64>(0)
    /// By `Phase`. Locked once for a connection, not for a request.
    private let times = Mutex(Array(repeating: UpstreamTraffic.seconds, count: Phase.allCases.count))

    public init() {}

    /// Connections that this provider's requests have opened and nobody has closed.
    public var openConnections: Int { open.load(ordering: .relaxed) }
    /// Requests that left on a connection of their own making.
    public var openedConnections: UInt64 { opened.load(ordering: .relaxed) }
    /// Requests that left on a connection that was there.
    public var reusedConnections: UInt64 { reused.load(ordering: .relaxed) }
    /// Of requests' bodies, once the exchange is over.
    public var bytesSent: UInt64 { sent.load(ordering: .relaxed) }
    /// Of answers' bodies, as they come.
    public var bytesReceived: UInt64 { received.load(ordering: .relaxed) }

    public func times(of phase: Phase) -> Histogram { times.withLock { $0[phase.rawValue] } }

    func noteSocket(opened: Bool) { open.add(opened ? 1 : -1, ordering: .relaxed) }
    func noteReuse() { reused.add(1, ordering: .relaxed) }
    func noteSent(_ bytes: Int) { sent.add(UInt64(bytes), ordering: .relaxed) }
    func noteReceived(_ bytes: Int) { received.add(UInt64(bytes), ordering: .relaxed) }

    /// `spans` has what there was: no TLS, no span for it.
    func noteConnection(_ spans: [(phase: Phase, span: Duration)]) {
        opened.add(1, ordering: .relaxed)
        times.withLock { times in
            for (phase, span) in spans { times[phase.rawValue].add(span / .seconds(1)) }
        }
    }
}
