/// Which entries to purge.
public enum CacheFileSelector: Sendable, Hashable {
    case key([UInt8])
    case model(String)
    case tag(String)
    case scope(String)
    case all
    /// What may not even be served stale any more, in milliseconds since 1970 UTC. Needs no epoch.
    case expired(before: Int64)
}
