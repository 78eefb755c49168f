import Glibc

/// In a process of its own: from here on no file may grow beyond this, and a write that tries fails with EFBIG.
func limitFileSize(to bytes: Int) {
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(6) }
    limit.rlim_cur = rlim_t(bytes)
    guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(6) }
}
