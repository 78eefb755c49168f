import Glibc

/// One thread tells another that something has happened.
public final class Signal: @unchecked Sendable {  // A POSIX semaphore is made for several threads.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    public init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    public func send() { sem_post(semaphore) }

    /// False if it does not come within ten seconds.
    public func wait() -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        deadline.tv_sec += 10
        while sem_timedwait(semaphore, &deadline) != 0 { if errno != EINTR { return false } }
        return true
    }
}
