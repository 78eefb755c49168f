import Glibc
import LLMGWCore
import TestSupport

/// Kills this process as `kill -9` does, from another thread, wherever it is then.
func killAfter(microseconds: UInt32) {
    guard
        DetachedThread.start({
            usleep(microseconds)
            kill(getpid(), SIGKILL)
        })
    else { exit(4) }
}

/// A number in a file: what a process that was killed had finished.
struct Acknowledgement {
    private let descriptor: CInt

    init(_ directory: String) throws {
        descriptor = open("\(directory)/acknowledged", O_WRONLY | O_CREAT, 0o600)
        guard descriptor >= 0 else { throw TemporaryDirectory.Failure(errno) }
    }

    func write(_ number: UInt64) {
        var number = number
        guard pwrite(descriptor, &number, 8, 0) == 8 else { exit(5) }
    }

    /// 0 before the first.
    static func read(_ directory: String) throws -> UInt64 {
        let descriptor = open("\(directory)/acknowledged", O_RDONLY)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var number: UInt64 = 0
        guard pread(descriptor, &number, 8, 0) >= 0 else { throw TemporaryDirectory.Failure(errno) }
        return number
    }
}
