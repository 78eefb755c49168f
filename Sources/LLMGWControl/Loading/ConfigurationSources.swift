import Glibc

/// What a configuration may refer to outside its text. Tests bring their own.
public struct ConfigurationSources: Sendable {
    /// An environment variable.
    public var variable: @Sendable (String) -> String?
    /// A file's text; `isSecret` files must not be readable by others.
    public var read: @Sendable (_ path: String, _ isSecret: Bool) -> Result<String, FileProblem>
    /// Ids of a user and a group name.
    public var uid: @Sendable (String) -> UInt32?
    public var gid: @Sendable (String) -> UInt32?
    /// What the daemon sees of its callers. Sections that need more deserve a warning.
    public var visibility: CallerVisibility

    /// Why a file cannot be used: "does not exist".
    public struct FileProblem: Error, Sendable, Hashable {
        public let problem: String

        public init(_ problem: String) {
            self.problem = problem
        }
    }

    public init(
        variable: @escaping @Sendable (String) -> String?,
        read: @escaping @Sendable (String, Bool) -> Result<String, FileProblem>,
        uid: @escaping @Sendable (String) -> UInt32?, gid: @escaping @Sendable (String) -> UInt32?,
        visibility: CallerVisibility = .all
    ) {
        self.variable = variable
        self.read = read
        self.uid = uid
        self.gid = gid
        self.visibility = visibility
    }

    /// The host's.
    public static let system = ConfigurationSources(
        variable: { name in getenv(name).map { String(cString: $0) } },
        read: readFile,
        uid: { name in getpwnam(name).map { $0.pointee.pw_uid } },
        gid: { name in getgrnam(name).map { $0.pointee.gr_gid } })

    /// The host's, for the daemon itself.
    public static var daemon: ConfigurationSources {
        var sources = system
        sources.visibility = CallerVisibility(process: "self") ?? .all
        return sources
    }

    private static let sizeLimit = 1 << 20

    @Sendable
    private static func readFile(_ path: String, _ isSecret: Bool) -> Result<String, FileProblem> {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return .failure(FileProblem("cannot be read: \(String(cString: strerror(errno)))")) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else {
            return .failure(FileProblem("cannot be examined: \(String(cString: strerror(errno)))"))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return .failure(FileProblem("is not a regular file")) }
        if isSecret, status.st_mode & (S_IRWXG | S_IRWXO) != 0 {
            return .failure(FileProblem("can be read by others; run: chmod 600 \(path)"))
        }
        guard status.st_size <= sizeLimit else { return .failure(FileProblem("is larger than 1 MiB")) }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress?.advanced(by: count), $0.count - count)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { return .failure(FileProblem("cannot be read: \(String(cString: strerror(errno)))")) }
            if got == 0 { break }
            count += got
        }
        guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
            return .failure(FileProblem("is not UTF-8"))
        }
        return .success(text)
    }
}
