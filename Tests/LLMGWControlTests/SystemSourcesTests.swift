import Glibc
import LLMGWControl
import Testing

@Suite("Configuration sources of the host")
struct SystemSourcesTests {
    /// A file that is removed when the body is done.
    private func withFile(_ bytes: [UInt8], mode: mode_t, _ body: (String) throws -> Void) throws {
        var template = Array("/tmp/llmgw-test-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        try #require(file >= 0)
        let path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        defer { unlink(path) }
        try #require(bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) } == bytes.count)
        fchmod(file, mode)
        close(file)
        try body(path)
    }

    private func read(_ path: String, isSecret: Bool = false) -> Result<String, ConfigurationSources.FileProblem> {
        ConfigurationSources.system.read(path, isSecret)
    }

    @Test func textIsRead() throws {
        try withFile(Array("键 = 1\n".utf8), mode: 0o644) { #expect(read($0) == .success("键 = 1\n")) }
        try withFile([], mode: 0o600) { #expect(read($0, isSecret: true) == .success("")) }
    }

    @Test("A secret that others can read is refused", arguments: [0o640, 0o604, 0o601, 0o660] as [mode_t])
    func publicSecret(mode: mode_t) throws {
        try withFile([65], mode: mode) { path in
            #expect(read(path, isSecret: true) == .failure(.init("can be read by others; run: chmod 600 \(path)")))
            #expect(read(path) == .success("A"))
        }
    }

    @Test func whatIsNoTextIsRefused() throws {
        try withFile([0xFF, 0xFE], mode: 0o600) { #expect(read($0) == .failure(.init("is not UTF-8"))) }
        try withFile([UInt8](repeating: 65, count: (1 << 20) + 1), mode: 0o600) {
            #expect(read($0) == .failure(.init("is larger than 1 MiB")))
        }
        #expect(read("/") == .failure(.init("is not a regular file")))
        #expect(read("/dev/null") == .failure(.init("is not a regular file")))
        #expect(read("/nonexistent/llmgw.toml") == .failure(.init("cannot be read: No such file or directory")))
    }

    @Test func usersAndGroups() {
        #expect(ConfigurationSources.system.uid("root") == 0)
        #expect(ConfigurationSources.system.gid("root") == 0)
        #expect(ConfigurationSources.system.uid("no such user") == nil)
        #expect(ConfigurationSources.system.gid("no such group") == nil)
    }
}
