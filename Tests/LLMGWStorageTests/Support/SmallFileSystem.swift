import Glibc
import TestSupport

/// A file system in memory that can be full. Only root can mount one.
final class SmallFileSystem: Sendable {
    static let isPossible = geteuid() == 0 && (try? SmallFileSystem(mebibytes: 1)) != nil

    let path: String

    init(mebibytes: Int) throws {
        var template = Array("/tmp/llmgw-small-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TemporaryDirectory.Failure(errno) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard mount("llmgw-test", path, "tmpfs", 0, "size=\(mebibytes)m") == 0 else {
            let code = errno
            rmdir(path)
            throw TemporaryDirectory.Failure(code)
        }
    }

    deinit {
        umount2(path, CInt(MNT_DETACH))
        rmdir(path)
    }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// Leaves no free block.
    func fill() {
        let descriptor = open(self("filler"), O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { close(descriptor) }
        let block = [UInt8](repeating: 0, count: 4_096)
        while write(descriptor, block, block.count) > 0 {}
    }

    func makeRoom() { unlink(self("filler")) }
}
