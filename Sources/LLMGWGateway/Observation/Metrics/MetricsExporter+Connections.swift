import LLMGWCore
import LLMGWUpstream
import LLMGWWire

/// What the transports count.
extension MetricsExporter {
    func connections(_ writer: inout MetricsWriter) {
        let providers = generation.configuration.providers.keys.sorted().map {
            (name: $0, traffic: state.client.traffic(of: $0))
        }
        func each(_ value: (UpstreamTraffic) -> Double) -> [(labels: [String], value: Double)] {
            providers.map { ([$0.name], value($0.traffic)) }
        }
        writer.add(.upstreamConnections, each { Double($0.openConnections) })
        writer.add(.connectionsOpened, each { Double($0.openedConnections) })
        writer.add(.connectionsReused, each { Double($0.reusedConnections) })
        writer.add(
            .connectTime,
            providers.flatMap { provider in
                UpstreamTraffic.Phase.allCases.map { ([provider.name, "\($0)"], provider.traffic.times(of: $0)) }
            })
        writer.add(
            .upstreamBytes,
            providers.flatMap { provider in
                [("sent", provider.traffic.bytesSent), ("received", provider.traffic.bytesReceived)].map {
                    ([provider.name, $0.0], Double($0.1))
                }
            })
    }

    func frames(_ writer: inout MetricsWriter) {
        let frames = state.connections.frames
        let directions = [
            ("received", frames.received, FrameType.fromPrograms), ("sent", frames.sent, FrameType.fromDaemon),
        ]
        writer.add(
            .clientFrames,
            directions.flatMap { direction, counts, types in
                types.map { ([$0.label, direction], Double(counts[$0])) }
            })
        writer.add(.clientBytes, directions.map { ([$0.0], Double($0.1.bytes)) })
        writer.add(
            .protocolErrors,
            ProtocolViolation.allCases.map { ([$0.label], Double(state.statistics.violations[$0] ?? 0)) })
    }
}

extension FrameType {
    /// What each side sends. Anything else is a violation, and counted as such.
    fileprivate static let fromPrograms: [FrameType] = [.hello, .request, .cancel, .credit, .ping, .pong]
    fileprivate static let fromDaemon: [FrameType] = [.helloOK, .error, .head, .data, .end, .pong, .goAway]

    /// The protocol's name in small letters.
    fileprivate var label: String {
        switch self {
        case .helloOK: "hello_ok"
        case .goAway: "goaway"
        case .hello, .error, .request, .head, .data, .end, .cancel, .credit, .ping, .pong: "\(self)"
        }
    }
}

extension ProtocolViolation {
    fileprivate var label: String { self == .otherVersion ? "other_version" : rawValue }
}
