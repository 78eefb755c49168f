import Dispatch
import Glibc
import Synchronization

/// What SIGINT does.
///
/// While the daemon is asked, the first one gives the call up, so that the daemon stops its transfer, and a second one ends the process. Before that, while
/// standard input is read for example, there is nothing to give up.
enum Interrupts {
    private static let isAsking = Atomic(false)
    private static let calledOff = Atomic(false)

    /// Whether the work was given up.
    static var haveCome: Bool { calledOff.load(ordering: .relaxed) }

    /// From now on there is a call to give up.
    static func askingBegins() { isAsking.store(true, ordering: .relaxed) }

    /// There is none any more: a person is asked something, for example.
    static func askingEnds() { isAsking.store(false, ordering: .relaxed) }

    /// `giveUp` ends the work. The result must be kept for as long as this is to hold.
    static func handle(_ giveUp: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT)
        source.setEventHandler { @Sendable in
            guard isAsking.load(ordering: .relaxed) else { exit(ExitStatus.interrupted.rawValue) }
            calledOff.store(true, ordering: .relaxed)
            giveUp()
            signal(SIGINT, SIG_DFL)
        }
        source.resume()
        return source
    }
}
