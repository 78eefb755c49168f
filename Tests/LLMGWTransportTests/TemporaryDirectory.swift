import Glibc

/// A directory of the test's own, removed at its end with the files in it.
struct TemporaryDirectory: ~Copyable {
    let path: String

    init() {
        var template = Array("/tmp/llmgw-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { preconditionFailure("no directory in /tmp") }
        path = String(cString: made)
        chmod(path, 0o700)
    }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { remove("\(path)/\(name)") }
            }
            closedir(folder)
        }
        rmdir(path)
    }
}

/// What lies at a path: kind and mode; nil if nothing does.
func fileMode(_ path: String) -> mode_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode : nil
}

func isSocket(_ path: String) -> Bool { fileMode(path).map { $0 & S_IFMT == S_IFSOCK } ?? false }
