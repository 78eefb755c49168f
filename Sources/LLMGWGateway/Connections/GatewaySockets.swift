public import LLMGWTransport
import NIOCore

/// Where the gateway can be reached.
public struct GatewaySockets: Sendable {
    /// Who connects, may call.
    let callers: [UnixSocketListener]
    /// Administrators alone are admitted.
    let administrators: [UnixSocketListener]

    public init(callers: [UnixSocketListener], administrators: [UnixSocketListener] = []) {
        self.callers = callers
        self.administrators = administrators
    }

    var paths: [String] { (callers + administrators).map(\.path) }

    /// `initializer` hears of every connection, and whether it came in where administrators alone are admitted; `onShortage`, why one cannot
    /// be accepted for the moment.
    func accept(
        on group: any EventLoopGroup, onShortage: @escaping @Sendable (String) -> Void,
        _ initializer: @escaping @Sendable (any Channel, _ forAdministrators: Bool) -> EventLoopFuture<Void>
    ) async throws -> [any Channel] {
        var channels: [any Channel] = []
        for listener in callers {
            channels.append(try await listener.accept(on: group, onShortage: onShortage) { initializer($0, false) })
        }
        for listener in administrators {
            channels.append(try await listener.accept(on: group, onShortage: onShortage) { initializer($0, true) })
        }
        return channels
    }

    /// For the daemon that goes on with them. Valid while they accept.
    var passedOn: [PassedSocket] {
        let all = callers.map { ($0, false) } + administrators.map { ($0, true) }
        return all.map { listener, isForAdministrators in
            let (descriptor, lock) = listener.passedOn
            return PassedSocket(descriptor: descriptor, lock: lock, isForAdministrators: isForAdministrators)
        }
    }

    /// Another daemon goes on with them.
    func handOver() {
        for listener in callers + administrators { listener.handOver() }
    }

    /// Removes the files of those that the daemon made.
    func remove() {
        for listener in callers + administrators { listener.remove() }
    }
}
