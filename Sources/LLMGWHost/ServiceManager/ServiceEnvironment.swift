import Glibc

/// Reads the variables that a service manager sets. Those that are meant for another process say so, and do not count.
struct ServiceEnvironment {
    /// The first descriptor that is passed; those before are the standard ones.
    private static let firstDescriptor: CInt = 3

    let processID: pid_t
    let variable: (String) -> String?

    /// `$WATCHDOG_USEC`.
    func watchdogInterval() throws(HostError) -> Duration? {
        guard let text = value("WATCHDOG_USEC"), try isMeant("WATCHDOG_PID", absent: true) else { return nil }
        guard let microseconds = Int64(text), microseconds > 0 else {
            throw HostError("WATCHDOG_USEC is \"\(text)\"; a number of microseconds is expected")
        }
        return .microseconds(microseconds)
    }

    /// `$LISTEN_FDS`, each with its name of `$LISTEN_FDNAMES`.
    func listedDescriptors() throws(HostError) -> [(descriptor: CInt, name: String)] {
        guard let text = value("LISTEN_FDS"), try isMeant("LISTEN_PID", absent: false) else { return [] }
        guard let count = Int(text), (0...1024).contains(count) else {
            throw HostError("LISTEN_FDS is \"\(text)\"; a number of descriptors is expected")
        }
        guard count > 0 else { return [] }
        let names = value("LISTEN_FDNAMES").map { $0.split(separator: ":", omittingEmptySubsequences: false) } ?? []
        guard names.count == count else {
            throw HostError(
                "the service manager passed \(count) descriptors with \(names.count) names; set FileDescriptorName= in each socket unit"
            )
        }
        return names.enumerated().map { (Self.firstDescriptor + CInt($0.offset), String($0.element)) }
    }

    private func value(_ name: String) -> String? {
        variable(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    private func isMeant(_ name: String, absent: Bool) throws(HostError) -> Bool {
        guard let text = value(name) else { return absent }
        guard let id = pid_t(text) else { throw HostError("\(name) is \"\(text)\"; a process id is expected") }
        return id == processID
    }
}
