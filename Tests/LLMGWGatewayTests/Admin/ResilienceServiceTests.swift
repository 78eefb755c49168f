import Glibc
import LLMGWCore
import LLMGWWire
import Testing

@testable import LLMGWGateway

@Suite("Administration of failures: who may do what")
@GatewayLoop
struct ResilienceServiceTests {
    private static let scope = "deployment/模型/a"
    private static let id = RequestID(number: 0x17)

    private let administrator = PeerIdentity(uid: 4001, gid: 1, pid: 11)
    private let member = PeerIdentity(uid: 4002, gid: 77, pid: 12)
    private let stranger = PeerIdentity(uid: 4003, gid: 1, pid: 13)
    private let root = PeerIdentity(uid: 0, gid: 0, pid: 14)
    private let daemonUser = PeerIdentity(uid: getuid(), gid: 1, pid: 15)

    private let inspection: InspectionInMemory
    private let service: ResilienceService

    init() {
        let trace = RequestTrace(
            requestID: Self.id.description, operation: "Chat", model: "模型", uid: 4003, age: .seconds(1), steps: [])
        let failure = ModelTestResult(
            model: "b", deployment: "y", provider: "p", error: GatewayError(.authentication, ""),
            duration: .milliseconds(2))
        inspection = InspectionInMemory(
            scopes: [Self.scope, "provider/p"], traces: [Self.id: trace],
            results: [
                ModelTestResult(model: "模型", deployment: "x", provider: "p", duration: .milliseconds(1)), failure,
            ])
        service = ResilienceService(
            inspection: inspection,
            administrators: Administrators(ServerSettings(adminUIDs: [4001], adminGIDs: [77])))
    }

    @Test func administratorsSetBreakers() throws {
        let command = BreakerCommand(
            scope: Self.scope, action: .forceOpen, reason: "供应商维护", ttl: .seconds(600))
        for peer in [administrator, member, root, daemonUser] {
            #expect(try service.setBreaker(command, for: peer).found)
        }
        #expect(inspection.orders.map(\.actor) == [administrator, member, root, daemonUser])
        #expect(
            inspection.orders.first
                == .init(
                    scope: Self.scope, action: .forceOpen, actor: administrator, reason: "供应商维护", ttl: .seconds(600)))
    }

    @Test func aBreakerThatIsNotThereIsNotFound() throws {
        #expect(try service.setBreaker(BreakerCommand(scope: "provider/p", action: .reset), for: administrator).found)
        #expect(try !service.setBreaker(BreakerCommand(scope: "provider/q", action: .reset), for: root).found)
    }

    @Test func othersSetNothing() {
        let error = #expect(throws: GatewayError.self) {
            try service.setBreaker(BreakerCommand(scope: Self.scope, action: .forceClosed), for: stranger)
        }
        #expect(error?.reason == .permissionDenied)
        #expect(inspection.orders.isEmpty)
    }

    @Test(
        "An order that has no meaning is refused, with its field",
        arguments: [
            (BreakerCommand(scope: "provider/p", action: .forceOpen, ttl: .zero), "ttl_ms"),
            (BreakerCommand(scope: "provider/p", action: .reset, ttl: .seconds(1)), "ttl_ms"),
            (BreakerCommand(scope: "provider/p", action: .forceOpen, reason: "two\nlines"), "reason"),
            (
                BreakerCommand(scope: "provider/p", action: .forceOpen, reason: String(repeating: "长", count: 257)),
                "reason"
            ),
        ])
    func orders(_ command: BreakerCommand, field: String) {
        let error = #expect(throws: GatewayError.self) { try service.setBreaker(command, for: administrator) }
        #expect(error?.reason == .invalidRequest)
        #expect(error?.message.hasPrefix(field + ":") == true)
        #expect(inspection.orders.isEmpty)
    }

    @Test("One's own request, or any for administrators; another's looks like none")
    func explain() throws {
        let target = TraceTarget(requestID: Self.id.description)
        #expect(try service.explain(target, for: stranger).trace?.model == "模型")
        #expect(try service.explain(target, for: member).trace?.model == "模型")
        #expect(try service.explain(target, for: PeerIdentity(uid: 4004, gid: 1, pid: 1)).trace == nil)
        #expect(try service.explain(TraceTarget(requestID: RequestID(number: 1).description), for: root).trace == nil)
        let error = #expect(throws: GatewayError.self) {
            try service.explain(TraceTarget(requestID: "17"), for: root)
        }
        #expect(error?.reason == .invalidRequest)
    }

    @Test func everybodySees() {
        #expect(service.deployments.deployments.map(\.name) == ["x", "y"])
        #expect(service.breakers.breakers.map(\.scope) == [Self.scope, "provider/p"])
        #expect(service.alerts.alerts.isEmpty)
    }

    @Test func testsAreCounted() async throws {
        let reported = Reports()
        let summary = try await service.testModels(ModelTestTarget(model: nil), Self.execution) { reported.add($0) }
        #expect(summary == ModelTestSummary(ok: 1, failed: 1))
        #expect(reported.list.map(\.deployment) == ["x", "y"])
        let one = try await service.testModels(ModelTestTarget(model: "模型"), Self.execution) { _ in }
        #expect(one == ModelTestSummary(ok: 1))
    }

    @Test func testsEndWithTheirError() async {
        let unknown = await #expect(throws: GatewayError.self) {
            try await service.testModels(ModelTestTarget(model: "没有"), Self.execution) { _ in }
        }
        #expect(unknown?.reason == .unknownModel)
        let execution = Self.execution
        let cancelled = await #expect(throws: GatewayError.self) {
            try await service.testModels(ModelTestTarget(model: nil), execution) { _ in
                execution.cancel(GatewayError(.cancelled, ""))
            }
        }
        #expect(cancelled?.reason == .cancelled)
    }

    private static var execution: Execution {
        Execution(requestID: id, started: MonotonicInstant(nanoseconds: 0), deadline: .distantFuture)
    }
}

@GatewayLoop
private final class Reports {
    private(set) var list: [ModelTestResult] = []

    func add(_ result: ModelTestResult) { list.append(result) }
}
