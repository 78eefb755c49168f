import LLMGWGateway
import LLMGWHost

/// Starts what lies on the disk now where this daemon's program lay when it started, with the same arguments.
struct DaemonLauncher: SuccessorLauncher {
    private let program: String

    /// To be made at the start: later the file can be another one.
    init() throws(HostError) {
        program = try SuccessorProcess.ownProgram()
    }

    func start(passing sockets: [PassedSocket], channel: CInt) throws -> any SuccessorHandle {
        let passed = sockets.flatMap { socket in
            let purpose = socket.isForAdministrators ? InheritedSocket.Purpose.administrators : .callers
            return [PassedDescriptor(socket.descriptor, .socket(purpose))]
                + (socket.lock.map { [PassedDescriptor($0, .lock(purpose))] } ?? [])
        }
        return StartedDaemon(
            process: try SuccessorProcess.start(
                program: program, arguments: CommandLine.arguments,
                passing: passed + [PassedDescriptor(channel, .predecessor)]))
    }
}

private struct StartedDaemon: SuccessorHandle {
    let process: SuccessorProcess

    var id: Int32 { process.id }
    func kill() { process.kill() }
}
