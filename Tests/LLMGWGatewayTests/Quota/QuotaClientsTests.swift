import LLMGWCore
import LLMGWPolicy
import TestSupport
import Testing

@testable import LLMGWGateway

@Suite("Clients over time, and over changes of the configuration")
@GatewayLoop
struct QuotaClientsTests {
    private let scheduler = ManualScheduler()
    private let desk: QuotaDesk

    init() {
        desk = QuotaDesk(scheduler: scheduler, onBudget: { _, _, _ in })
    }

    private func configuration(_ sections: [ClientSettings]) -> GatewayConfiguration {
        GatewayConfiguration(
            server: ServerSettings(), providers: [:], models: [:], defaults: DefaultSettings(),
            clients: Dictionary(uniqueKeysWithValues: sections.map { ($0.name, $0) }))
    }

    private func section(_ name: String, users: Set<UInt32> = [], rpm: Int? = nil, budget: Int64? = nil)
        -> ClientSettings
    {
        var section = ClientSettings(name: name)
        section.match = ClientMatch(users: users, groups: [], units: [], executables: [])
        section.limits[.requestsPerMinute] = rpm
        section.budgets = budget.map { [BudgetSettings(period: .day, stop: $0)] } ?? []
        return section
    }

    private func call(_ clients: QuotaClients, uid: UInt32) -> QuotaClient {
        clients.caller(
            PeerIdentity(uid: uid, gid: uid, pid: 1), labels: { PeerLabels() }, wanted: nil
        ).client
    }

    private var scopes: [String] { desk.statuses().map(\.scope.name).sorted() }

    @Test("Of a thousand users that called once, those are forgotten of which nothing is left")
    func trimming() throws {
        var forgotten: [String] = []
        let clients = QuotaClients(desk: desk, configuration([section("default", rpm: 5, budget: 100)])) {
            forgotten.append($0.name)
        }
        let spender = call(clients, uid: 1)
        let reservation = try desk.budgets.reserve(
            Cost(micros: 5, currency: "USD"), in: [.client(spender.name)])
        desk.budgets.settle(reservation, costs: [Cost(micros: 5, currency: "USD")], in: [.client(spender.name)])
        for uid in 2..<1002 as Range<UInt32> {
            _ = desk.accounts(of: call(clients, uid: uid), model: "m")
            scheduler.advance(by: .seconds(60))
        }
        #expect(clients.all.count < 200, "about an hour's, twice at most")
        #expect(clients.all.contains { $0 === spender }, "what it has spent is not forgotten")
        #expect(clients.all.contains { $0.uid == 1001 } && !clients.all.contains { $0.uid == 2 })
        #expect(Set(clients.all.map(\.id)).count == clients.all.count, "no two have one number")
        #expect(scopes.count == clients.all.count - 1)
        #expect(forgotten.count == 1001 - clients.all.count)
        #expect(call(clients, uid: 2).name == "uid/2")
    }

    @Test("A client without a section is not shown, and goes on where it was if the section comes back")
    func resting() throws {
        let report = section("报告", users: [7], rpm: 5, budget: 100)
        let clients = QuotaClients(desk: desk, configuration([section("default"), report]))
        let client = call(clients, uid: 7)
        let accounts = desk.accounts(of: client, model: "m")
        _ = desk.controller.pass(in: accounts, now: scheduler.now)
        let reservation = try desk.budgets.reserve(Cost(micros: 60, currency: "USD"), in: [.client("报告")])
        clients.configure(configuration([section("default")]))
        #expect(clients.all.isEmpty && scopes.isEmpty && desk.budgets.meters.isEmpty)
        #expect(call(clients, uid: 7).name == "uid/7")
        desk.budgets.settle(reservation, costs: [Cost(micros: 50, currency: "USD")], in: [.client("报告")])
        clients.configure(configuration([section("default"), report]))
        #expect(call(clients, uid: 7).id == client.id)
        #expect(scopes == ["client/报告"])
        #expect(desk.statuses().map(\.status.reserved) == [1], "what was taken is still taken")
        #expect(desk.budgets.meters[.client("报告")]?.map(\.spent) == [50])
        #expect(desk.budgets.meters[.client("报告")]?.map(\.reserved) == [0])
    }
}
