import Glibc

/// What this host has no more of for a new connection. The upstream is not to blame for it, so it must not look like a closed port.
enum HostShortage: Equatable {
    case descriptorsOfProcess, descriptorsOfHost, memory

    /// Nil for what is no shortage.
    init?(_ code: CInt) {
        switch code {
        case EMFILE: self = .descriptorsOfProcess
        case ENFILE: self = .descriptorsOfHost
        case ENOBUFS, ENOMEM: self = .memory
        default: return nil
        }
    }

    /// Tried out. What has failed a moment ago and is there again counts as there.
    static var current: HostShortage? {
        let probe = open("/", O_DIRECTORY | O_CLOEXEC)
        guard probe < 0 else {
            close(probe)
            return nil
        }
        return HostShortage(errno)
    }

    var description: String {
        switch self {
        case .descriptorsOfProcess: "the gateway has no more file descriptors: its limit (RLIMIT_NOFILE) is reached"
        case .descriptorsOfHost: "the host has no more file descriptors (fs.file-max)"
        case .memory: "the host has no more memory for a connection"
        }
    }
}

extension TransportFailure.Kind {
    /// Nothing of the request can have left. A time that ran out is none of these: it needed no descriptor any more.
    var comesBeforeSending: Bool {
        switch self {
        case .resolve, .connect, .tls, .tlsVerification, .setup: true
        case .connectTimeout, .lost, .truncated, .malformed, .shortage: false
        }
    }
}
