import Glibc

/// How many descriptors this process may have open.
public enum DescriptorLimit {
    /// Goes as far as the host allows. The lower limit that programs begin with is for those that use select(2); here every caller and every
    /// connection to an upstream takes one.
    public static func raise() throws(HostError) {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else {
            throw HostError("the limit of descriptors cannot be read", errno)
        }
        guard limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        guard setrlimit(resource, &limit) == 0 else {
            throw HostError("the limit of descriptors cannot be raised to \(limit.rlim_max)", errno)
        }
    }

    private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
}
