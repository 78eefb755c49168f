import Glibc
import LLMGWCore

/// Whether the daemon's socket is there, and who may use it.
enum SocketCheck {
    static func findings(_ path: String) -> [Finding] {
        var info = stat()
        guard stat(path, &info) == 0 else {
            switch errno {
            case ENOENT:
                return [
                    .failed(
                        "socket", "there is none at \(path)",
                        "Start the daemon (systemctl start llmgw.socket, or llmgwd --config FILE), or name its socket with "
                            + "--socket or LLMGW_SOCKET.")
                ]
            case EACCES:
                return [
                    .failed(
                        "socket", "one of the directories above \(path) may not be entered",
                        "Ask an administrator; /run/llmgw has mode 0755 where the packages made it.")
                ]
            default:
                return [
                    .failed(
                        "socket", "\(path): \(String(cString: strerror(errno)))",
                        "Look at the path, and at its directories.")
                ]
            }
        }
        guard info.st_mode & S_IFMT == S_IFSOCK else {
            return [
                .failed(
                    "socket", "\(path) is not a socket", "Remove it and start the daemon again, or name the right path."
                )
            ]
        }
        return [.ok("socket", "found at \(path)"), access(path, info)]
    }

    private static func access(_ path: String, _ info: stat) -> Finding {
        let group = getgrgid(info.st_gid).map { String(cString: $0.pointee.gr_name) } ?? "gid \(info.st_gid)"
        let owner = getpwuid(info.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "uid \(info.st_uid)"
        let mode = String(info.st_mode & 0o777, radix: 8)
        let belongs = "mode \(mode), owner \(owner), group \(group)"
        guard Glibc.access(path, R_OK | W_OK) == 0 else {
            let isForGroup = info.st_mode & 0o060 == 0o060 && info.st_gid != 0
            return .failed(
                "permissions", "you may not use it: \(belongs)",
                isForGroup
                    ? "Join the group: usermod --append --groups \(group) USER, then log in again."
                    : "Ask an administrator; server.socket_mode, or SocketMode and SocketGroup of llmgw.socket, say who may."
            )
        }
        guard info.st_mode & 0o002 == 0 else {
            return .warning(
                "permissions", "every user of the host may use it: \(belongs)",
                "Set server.socket_mode (or SocketMode of llmgw.socket) to 0660, unless that is meant.")
        }
        return .ok("permissions", "you may use it\(membership(info, group)): \(belongs)")
    }

    private static func membership(_ info: stat, _ group: String) -> String {
        if geteuid() == 0 { return " as root" }
        if geteuid() == info.st_uid { return " as its owner" }
        var groups = [gid_t](repeating: 0, count: Int(max(0, getgroups(0, nil))))
        let count = getgroups(Int32(groups.count), &groups)
        let isMember = getegid() == info.st_gid || groups.prefix(Int(max(0, count))).contains(info.st_gid)
        return isMember ? " as a member of \(group)" : ""
    }
}
