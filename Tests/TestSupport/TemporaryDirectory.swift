import Glibc

/// A directory that is gone when its last user is.
public final class TemporaryDirectory: Sendable {
    public let path: String

    public init() throws {
        var template = Array("/tmp/llmgw-测试-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(errno) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    public func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    public var names: [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    public struct Failure: Error {
        public let message: String
        public init(_ code: CInt) { message = String(cString: strerror(code)) }
    }
}

extension TemporaryDirectory {
    /// Damages a file, or writes one that is none of ours.
    public func overwrite(_ name: String, at offset: Int = 0, with bytes: [UInt8]) throws {
        let descriptor = open(self(name), O_WRONLY | O_CREAT, 0o600)
        guard descriptor >= 0 else { throw Failure(errno) }
        defer { close(descriptor) }
        guard pwrite(descriptor, bytes, bytes.count, offset) == bytes.count else { throw Failure(errno) }
    }

    public func contents(_ name: String) throws -> [UInt8] {
        guard let file = fopen(self(name), "re") else { throw Failure(errno) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return bytes
    }
}
