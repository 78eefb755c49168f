import LLMGWCore
import LLMGWUpstream

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
}
