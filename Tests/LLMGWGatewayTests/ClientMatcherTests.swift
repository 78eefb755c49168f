import Glibc
import LLMGWCore
import Testing

@testable import LLMGWGateway

@Suite("Clients: who is described by which section")
struct ClientMatcherTests {
    private func matcher(_ sections: ClientSettings...) -> ClientMatcher {
        var clients = [ClientSettings.defaultName: ClientSettings()]
        for section in sections { clients[section.name] = section }
        return ClientMatcher(
            GatewayConfiguration(
                server: ServerSettings(), providers: [:], models: [:], defaults: DefaultSettings(), clients: clients))
    }

    private func peer(_ uid: UInt32, gid: UInt32 = 100, groups: [UInt32] = []) -> PeerIdentity {
        PeerIdentity(uid: uid, gid: gid, pid: 1, groups: groups)
    }

    @Test("Users, groups of every kind, and everybody else")
    func usersAndGroups() {
        let matcher = matcher(
            ClientSettings(name: "报告", match: ClientMatch(users: [7])),
            ClientSettings(name: "staff", match: ClientMatch(groups: [50])))
        #expect(matcher.settings(for: peer(7), labels: PeerLabels()).name == "报告")
        #expect(matcher.settings(for: peer(8, gid: 50), labels: PeerLabels()).name == "staff")
        #expect(matcher.settings(for: peer(8, groups: [1, 50]), labels: PeerLabels()).name == "staff")
        #expect(matcher.settings(for: peer(7, gid: 50), labels: PeerLabels()).name == "报告", "a user says more")
        #expect(matcher.settings(for: peer(8), labels: PeerLabels()).name == "default")
        #expect(!matcher.needsLabels)
    }

    @Test("Every list that is there has to be met")
    func lists() {
        let matcher = matcher(
            ClientSettings(name: "both", match: ClientMatch(users: [7], units: ["report.service"])),
            ClientSettings(name: "unit", match: ClientMatch(units: ["report.service"])),
            ClientSettings(name: "user", match: ClientMatch(users: [7])),
            ClientSettings(name: "program", match: ClientMatch(executables: ["/usr/bin/报告"])))
        let unit = PeerLabels(unit: "report.service")
        #expect(matcher.needsLabels)
        #expect(matcher.settings(for: peer(7), labels: unit).name == "both")
        #expect(matcher.settings(for: peer(8), labels: unit).name == "unit")
        #expect(matcher.settings(for: peer(7), labels: PeerLabels()).name == "user")
        #expect(matcher.settings(for: peer(7), labels: PeerLabels(executable: "/usr/bin/报告")).name == "program")
    }

    @Test(
        "The unit is the innermost service or scope",
        arguments: [
            ("0::/system.slice/report.service\n", "report.service"),
            ("0::/user.slice/user-7.slice/user@7.service/app.slice/a.scope\n", "a.scope"),
            ("0::/user.slice/user-7.slice/session-3.scope\n", "session-3.scope"), ("0::/\n", nil), ("", nil),
            ("12:cpu:/x.service\n", nil),
        ] as [(String, String?)])
    func units(text: String, unit: String?) {
        #expect(PeerLabels.unit(inCgroup: text) == unit)
    }

    @Test("The labels of this process can be read")
    func ownLabels() {
        let labels = PeerLabels(of: PeerIdentity(uid: 0, gid: 0, pid: getpid(), groups: []))
        #expect(labels.executable?.hasPrefix("/") == true)
    }
}
