import Glibc
import Testing

@testable import LLMGWHost

@Suite("Service manager's environment")
struct ServiceEnvironmentTests {
    private func environment(_ variables: [String: String]) -> ServiceEnvironment {
        ServiceEnvironment(processID: 77) { variables[$0] }
    }

    private func problem(_ variables: [String: String]) -> String? {
        let error = #expect(throws: HostError.self) {
            _ = try environment(variables).listedDescriptors()
            _ = try environment(variables).watchdogInterval()
        }
        return error?.description
    }

    @Test("Descriptors follow the standard ones, in the order of their names")
    func descriptors() throws {
        let listed = try environment(["LISTEN_PID": "77", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "llmgw:llmgw-admin"])
            .listedDescriptors()
        #expect(listed.map(\.descriptor) == [3, 4] && listed.map(\.name) == ["llmgw", "llmgw-admin"])
    }

    @Test(
        "What is meant for another process, or is not there, is no descriptor",
        arguments: [
            [:], ["LISTEN_FDS": "1", "LISTEN_FDNAMES": "llmgw"], ["LISTEN_PID": "78", "LISTEN_FDS": "1"],
            ["LISTEN_PID": "77", "LISTEN_FDS": "0"], ["LISTEN_PID": "77", "LISTEN_FDS": ""],
        ])
    func nothing(variables: [String: String]) throws {
        #expect(try environment(variables).listedDescriptors().isEmpty)
    }

    @Test("Nonsense is refused, with the variable's name")
    func nonsense() {
        #expect(problem(["LISTEN_PID": "我", "LISTEN_FDS": "1"])?.contains("LISTEN_PID is \"我\"") == true)
        #expect(problem(["LISTEN_PID": "77", "LISTEN_FDS": "-1"])?.contains("LISTEN_FDS is \"-1\"") == true)
        #expect(problem(["LISTEN_PID": "77", "LISTEN_FDS": "99999"])?.contains("LISTEN_FDS") == true)
        #expect(problem(["LISTEN_PID": "77", "LISTEN_FDS": "1"])?.contains("FileDescriptorName=") == true)
        #expect(problem(["LISTEN_PID": "77", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "a"])?.contains("1 names") == true)
        #expect(problem(["WATCHDOG_USEC": "30s"])?.contains("WATCHDOG_USEC is \"30s\"") == true)
        #expect(problem(["WATCHDOG_USEC": "0"])?.contains("WATCHDOG_USEC") == true)
    }

    @Test func theWatchdogIsForEverybodyUnlessItNamesAProcess() throws {
        #expect(try environment([:]).watchdogInterval() == nil)
        #expect(try environment(["WATCHDOG_USEC": "30000000"]).watchdogInterval() == .seconds(30))
        #expect(
            try environment(["WATCHDOG_USEC": "1500000", "WATCHDOG_PID": "77"]).watchdogInterval()
                == .milliseconds(1500))
        #expect(try environment(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "78"]).watchdogInterval() == nil)
    }
}

@Suite("Inherited sockets")
struct InheritedSocketTests {
    /// A descriptor that is closed with the test.
    private final class Descriptor {
        let number: CInt
        init(_ number: CInt) { self.number = number }
        deinit { close(number) }
    }

    private func stream(listening: Bool) throws -> Descriptor {
        let descriptor = Descriptor(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // Without a name of its own: the kernel chooses one in the abstract namespace.
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor.number, $0, socklen_t(MemoryLayout<sa_family_t>.size)) == 0
            }
        }
        try #require(isBound)
        if listening { try #require(listen(descriptor.number, 4) == 0) }
        return descriptor
    }

    private func problem(_ descriptor: CInt, _ name: String) -> String {
        let error = #expect(throws: HostError.self) { try InheritedSocket(descriptor: descriptor, name: name) }
        return error?.description ?? ""
    }

    @Test func oneThatListensIsTaken() throws {
        let descriptor = try stream(listening: true)
        let inherited = try InheritedSocket(descriptor: descriptor.number, name: "llmgw-admin")
        #expect(inherited.purpose == .administrators && inherited.path.hasPrefix("@"))
        #expect(fcntl(descriptor.number, F_GETFD) == FD_CLOEXEC)
    }

    @Test("Foreign descriptors are refused with the remedy")
    func foreign() throws {
        let listening = try stream(listening: true)
        let unbound = try stream(listening: false)
        #expect(
            problem(listening.number, "密语").contains("under the name \"密语\"; expected is \"llmgw\" or \"llmgw-admin\""))
        #expect(problem(listening.number, "unknown").contains("FileDescriptorName="))
        #expect(problem(unbound.number, "llmgw").contains("not a Unix socket that listens"))
        let file = Descriptor(open("/dev/null", O_RDONLY))
        let network = Descriptor(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        #expect(problem(file.number, "llmgw").contains("Accept=no"))
        #expect(problem(network.number, "llmgw").contains("not a Unix socket"))
        #expect(problem(65_000, "llmgw").contains("is not there"))
    }
}
