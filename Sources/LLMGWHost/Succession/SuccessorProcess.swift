internal import CPlatform
import Glibc

/// A daemon that is to succeed this one: the program that lies on the disk now, where this one was loaded from.
public final class SuccessorProcess: Sendable {
    public let id: Int32
    /// Nil where it had ended before anybody could look.
    private let descriptor: CInt?

    private init(id: Int32) {
        self.id = id
        let descriptor = cplatform_process_descriptor(id)
        self.descriptor = descriptor < 0 ? nil : descriptor
    }

    deinit { descriptor.map { _ = close($0) } }

    /// Where the program lies that this process runs. To be asked at the start: later the file can be another one.
    public static func ownProgram() throws(HostError) -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw HostError("/proc/self/exe cannot be read", errno) }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// Starts it with the same arguments and environment. Blocks for some milliseconds.
    public static func start(
        program: String, arguments: [String], passing descriptors: [PassedDescriptor]
    ) throws(HostError) -> SuccessorProcess {
        let replaced = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]
        let inherited = environmentEntries().filter { entry in !replaced.contains { entry.hasPrefix("\($0)=") } }
        let own = [
            // The id is known to the new process alone, which puts it in.
            "LISTEN_PID=0", "LISTEN_FDS=\(descriptors.count)",
            "LISTEN_FDNAMES=" + descriptors.map(\.purpose.name).joined(separator: ":"),
        ]
        let id = withCStrings(arguments) { arguments in
            withCStrings(inherited + own) { environment in
                let numbers = descriptors.map(\.descriptor)
                return cplatform_start_process(program, arguments, environment, numbers, CInt(numbers.count))
            }
        }
        guard id >= 0 else { throw HostError("\(program) cannot be started", errno) }
        return SuccessorProcess(id: id)
    }

    /// Ends it. Returns when it has ended, and with it its locks; blocks for that long, a second at most.
    public func kill() {
        guard let descriptor, cplatform_process_kill(descriptor) == 0 else { return }
        _ = cplatform_process_await(descriptor, 1_000)
    }

    private static func environmentEntries() -> [String] {
        var entries: [String] = []
        var place = environ
        while let entry = place.pointee {
            entries.append(String(cString: entry))
            place += 1
        }
        return entries
    }

    private static func withCStrings<T>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> T
    ) -> T {
        var pointers = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return body(&pointers)
    }
}
