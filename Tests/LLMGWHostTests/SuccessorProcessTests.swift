import Glibc
import Testing

@testable import LLMGWHost

@Suite("The daemon that succeeds")
struct SuccessorProcessTests {
    /// Both ends of a pipe.
    private func makePipe() throws -> (read: CInt, write: CInt) {
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    private func everything(_ descriptor: CInt) -> String {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(descriptor, &buffer, buffer.count), count > 0 { text += buffer[..<count] }
        return String(decoding: text, as: UTF8.self)
    }

    @Test("It gets the descriptors in their order, their names, its own id, and nothing else that is open here")
    func start() throws {
        let (read, write) = try makePipe()
        let other = dup(write)
        defer {
            close(read)
            close(other)
        }
        let script = """
            [ $$ = "$LISTEN_PID" ] && echo mine; echo "$LISTEN_FDS $LISTEN_FDNAMES"; ls /proc/self/fd | tr '\\n' ' '
            """
        let process = try SuccessorProcess.start(
            program: "/bin/sh", arguments: ["sh", "-c", "{ \(script); } >&3"],
            passing: [PassedDescriptor(write, .socket(.callers)), PassedDescriptor(other, .predecessor)])
        close(write)
        close(other)
        #expect(process.id > 0)
        // ls has a descriptor of its own for the directory.
        #expect(everything(read) == "mine\n2 llmgw:llmgw-predecessor\n0 1 2 3 4 5 ")
    }

    @Test func aProgramThatIsNoneIsRefusedWithItsPath() {
        let error = #expect(throws: HostError.self) {
            try SuccessorProcess.start(program: "/不在/llmgwd", arguments: ["llmgwd"], passing: [])
        }
        #expect(error?.description.hasPrefix("/不在/llmgwd cannot be started: ") == true)
    }

    @Test func killingItWaitsForItsEnd() throws {
        let process = try SuccessorProcess.start(program: "/bin/sleep", arguments: ["sleep", "600"], passing: [])
        process.kill()
        // Whoever inherits it has to take note of its end; until then its id stays, and it does not run.
        #expect(Glibc.kill(process.id, 0) != 0 || isZombie(process.id))
    }

    private func isZombie(_ id: Int32) -> Bool {
        guard let file = fopen("/proc/\(id)/stat", "re") else { return true }
        defer { fclose(file) }
        var text = [UInt8](repeating: 0, count: 512)
        let count = fread(&text, 1, text.count, file)
        return String(decoding: text[..<count], as: UTF8.self).contains(") Z ")
    }

    @Test(
        "Names lead back to what they are for",
        arguments: [
            PassedDescriptor.Purpose.socket(.callers), .socket(.administrators), .lock(.callers),
            .lock(.administrators), .predecessor,
        ])
    func names(_ purpose: PassedDescriptor.Purpose) {
        #expect(PassedDescriptor.Purpose(name: purpose.name) == purpose)
        #expect(PassedDescriptor.Purpose(name: purpose.name + "密") == nil)
    }
}
