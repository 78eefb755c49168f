/// Where the daemon's socket is. The rule of PROTOCOL.md, "Finding the daemon".
public enum SocketLocation {
    public static let variable = "LLMGW_SOCKET"
    public static let systemPath = "/run/llmgw/llmgw.sock"

    /// In order of preference; the daemon creates the first. An empty variable counts as unset.
    public static func candidates(environment: (String) -> String?) -> [String] {
        if let path = environment(variable), !path.isEmpty {
            return [path]
        }
        guard let runtime = environment("XDG_RUNTIME_DIR"), !runtime.isEmpty else {
            return [systemPath]
        }
        return ["\(runtime)/llmgw/llmgw.sock", systemPath]
    }

    /// The path a client uses: the first candidate that exists, or the first where none does.
    public static func forClient(environment: (String) -> String?, exists: (String) -> Bool) -> String {
        let candidates = candidates(environment: environment)
        return candidates.first(where: exists) ?? candidates[0]
    }
}
