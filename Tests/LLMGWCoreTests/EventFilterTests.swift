import LLMGWCore
import Testing

@Suite("Events: which are wanted")
struct EventFilterTests {
    private static let success = event(
        .request, .info, request: RequestRecord(model: "大", provider: "p", client: "甲", uid: 1))
    private static let failure = event(
        .request, .warning,
        request: RequestRecord(model: "小", provider: "q", client: "乙", uid: 2, reason: .rateLimited))
    private static let breaker = event(.breaker, .error, subject: "deployment/大/a")
    private static let alert = event(.alert, .notice, subject: "provider/p")
    private static let budget = event(.budget, .warning, subject: "client/甲")
    private static let later = event(.init(rawValue: "later"), .init(rawValue: "later"))
    private static let all = [success, failure, breaker, alert, budget, later]

    private static func event(
        _ kind: GatewayEvent.Kind, _ severity: GatewayEvent.Severity, subject: String? = nil,
        request: RequestRecord? = nil
    ) -> GatewayEvent {
        GatewayEvent(
            time: UnixTime(milliseconds: 0), kind: kind, severity: severity, subject: subject, request: request)
    }

    @Test(arguments: [
        (EventFilter(), all),
        (EventFilter(kinds: [.breaker, .alert]), [breaker, alert]),
        (EventFilter(minSeverity: .warning), [failure, breaker, budget, later]),
        (EventFilter(client: "甲"), [success, budget]),
        (EventFilter(model: "大"), [success, breaker]),
        (EventFilter(provider: "p"), [success, alert]),
        (EventFilter(failuresOnly: true), [failure, breaker, alert, budget, later]),
        (EventFilter(kinds: [.request], failuresOnly: true), [failure]),
        (EventFilter(kinds: [.request], client: "甲", model: "小"), []),
    ])
    func admits(_ filter: EventFilter, _ expected: [GatewayEvent]) {
        #expect(Self.all.filter(filter.admits) == expected)
    }

    @Test(arguments: [
        (EventFilter(kinds: [.request, .init(rawValue: "请求")]), "kinds[1]:"),
        (EventFilter(minSeverity: .init(rawValue: "fatal")), "min_severity:"),
    ])
    func whatNoEventHasIsRefused(_ filter: EventFilter, place: String) {
        let error = #expect(throws: GatewayError.self) { try filter.validate() }
        #expect(error?.reason == .invalidRequest)
        #expect(error?.message.hasPrefix(place) == true)
    }

    @Test func everyKnownWordIsAllowed() throws {
        for severity in GatewayEvent.Severity.all {
            try EventFilter(kinds: GatewayEvent.Kind.all, minSeverity: severity).validate()
        }
    }
}

@Suite("Pauses: of what")
struct PauseScopeTests {
    @Test(arguments: [
        PauseScope.all, .provider("p"), .model("大/v1"), .client("uid/1000"),
    ])
    func thereAndBack(_ scope: PauseScope) {
        #expect(PauseScope(scope.description) == scope)
    }

    @Test(arguments: ["", "All", "provider", "provider/", "deployment/a/b", "/a"])
    func isNone(_ text: String) {
        #expect(PauseScope(text) == nil)
    }
}
