import LLMGWCore
import Testing

/// PROTOCOL.md, "Finding the daemon".
@Suite("Socket location")
struct SocketLocationTests {
    struct Case: Sendable {
        var environment: [String: String]
        var candidates: [String]
    }

    @Test(arguments: [
        Case(environment: [:], candidates: ["/run/llmgw/llmgw.sock"]),
        Case(environment: ["LLMGW_SOCKET": "/tmp/插座"], candidates: ["/tmp/插座"]),
        Case(environment: ["LLMGW_SOCKET": "/a", "XDG_RUNTIME_DIR": "/run/user/1"], candidates: ["/a"]),
        Case(
            environment: ["XDG_RUNTIME_DIR": "/run/user/1"],
            candidates: ["/run/user/1/llmgw/llmgw.sock", "/run/llmgw/llmgw.sock"]),
        Case(
            environment: ["LLMGW_SOCKET": "", "XDG_RUNTIME_DIR": "/run/user/1"],
            candidates: ["/run/user/1/llmgw/llmgw.sock", "/run/llmgw/llmgw.sock"]),
        Case(environment: ["LLMGW_SOCKET": "", "XDG_RUNTIME_DIR": ""], candidates: ["/run/llmgw/llmgw.sock"]),
    ])
    func candidates(_ test: Case) {
        #expect(SocketLocation.candidates { test.environment[$0] } == test.candidates)
    }

    @Test func aClientTakesTheFirstThatExists() {
        let personal = "/run/user/1/llmgw/llmgw.sock"
        func client(_ existing: Set<String>) -> String {
            SocketLocation.forClient(
                environment: { $0 == "XDG_RUNTIME_DIR" ? "/run/user/1" : nil }, exists: existing.contains)
        }
        #expect(client([personal, SocketLocation.systemPath]) == personal)
        #expect(client([SocketLocation.systemPath]) == SocketLocation.systemPath)
        #expect(client([]) == personal)
    }

    @Test func aClientWithTheVariableLooksNowhereElse() {
        let path = SocketLocation.forClient(
            environment: { $0 == SocketLocation.variable ? "/mine" : nil },
            exists: { $0 == SocketLocation.systemPath })
        #expect(path == "/mine")
    }
}
