import LLMGWCore
import LLMGWWire
import Testing

@testable import LLMGWGateway

@Suite("What is remembered of requests: who sees what")
@GatewayLoop
struct ObservationServiceTests {
    private var service: ObservationService {
        ObservationService(
            observation: ObservationInMemory(), quota: QuotaInMemory(), administrators: Peers.administrators)
    }

    @Test func slowRequests() throws {
        func uids(_ max: UInt32?, _ peer: PeerIdentity) throws -> [UInt32] {
            try service.slowRequests(SlowRequestQuery(max: max), for: peer).requests.map(\.uid)
        }
        #expect(try uids(nil, Peers.stranger) == [4003, 4003])
        #expect(try uids(1, Peers.stranger) == [4003], "one's own are counted, not those that one does not see")
        #expect(try uids(2, Peers.administrator) == [4001, 4003])
        #expect(try uids(nil, Peers.member).count == 1000, "an answer has its bounds")
    }

    @Test func latencies() throws {
        func names(_ grouping: LatencyGrouping?, _ peer: PeerIdentity) throws -> [String] {
            try service.latencies(LatencyQuery(by: grouping), for: peer).rows.map(\.name)
        }
        #expect(try names(.client, Peers.stranger) == ["甲"])
        #expect(try names(.client, Peers.administrator) == ["甲", "client"])
        #expect(try names(nil, Peers.stranger) == ["甲", "model"])
        #expect(try names(.provider, Peers.stranger) == ["甲", "provider"])
    }

    @Test func metrics() throws {
        let error = #expect(throws: GatewayError.self) { try service.metrics(MetricsQuery(), for: Peers.stranger) }
        #expect(error?.reason == .permissionDenied)
        #expect(try service.metrics(MetricsQuery(), for: Peers.member).text == "prometheus")
        #expect(try service.metrics(MetricsQuery(format: .openmetrics), for: Peers.member).text == "openmetrics")
    }
}

@GatewayLoop
private final class ObservationInMemory: RequestObservation {
    func slowRequests() -> SlowRequestReport {
        SlowRequestReport(
            requests: [4001, 4003, 4003].map { RequestRecord(uid: $0) }
                + (0..<1000).map { _ in RequestRecord(uid: 7) })
    }

    func latencies(by grouping: LatencyGrouping) -> LatencyReport {
        LatencyReport(rows: ["甲", "\(grouping)"].map { LatencyRow(name: $0, span: .total) })
    }

    func metrics(_ format: MetricsFormat) -> MetricsText { MetricsText(text: "\(format)") }
}
