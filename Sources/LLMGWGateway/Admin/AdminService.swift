import Glibc
import LLMGWCore
import LLMGWWire

/// What administrators see and do. Every method asks by itself who the caller is.
@GatewayLoop
final class AdminService {
    private let configuration: GatewayConfiguration
    private let registry: DeploymentRegistry
    private let state: GatewayState
    private let administrators: Administrators

    init(configuration: GatewayConfiguration, registry: DeploymentRegistry, state: GatewayState) {
        self.configuration = configuration
        self.registry = registry
        self.state = state
        self.administrators = Administrators(configuration.server)
    }

    private var statistics: Statistics { state.statistics }
    private var calls: CallTable { state.calls }

    func status(for peer: PeerIdentity) -> DaemonStatus {
        let everybody = administrators.contains(peer)
        return DaemonStatus(
            version: Version.current, pid: UInt32(getpid()), uptime: state.scheduler.now - state.started,
            state: state.isDraining ? .draining : state.pauses.coversEverything ? .paused : .serving,
            connections: UInt32(state.connections.count),
            inFlight: UInt32(calls.all.count { $0.method.service == "Gateway" }), totals: statistics.totals,
            protocolErrors: statistics.protocolErrors, residentBytes: ProcessMemory.residentBytes(),
            providers: providers, models: statistics.modelStatuses,
            clients: state.accounts.statuses.filter { everybody || $0.uid == peer.uid },
            pauses: state.pauses.statuses.filter { everybody || !$0.scope.hasPrefix("client/") },
            waiting: UInt32(clamping: state.desk.waitingCount), cache: cacheCounts,
            costsToday: everybody ? state.usageBook.costsToday.inOrder : [], problems: state.storageProblems)
    }

    /// Nil where nothing is kept, and nothing was.
    private var cacheCounts: CacheCounts? {
        let counts = state.cacheCounters.total
        return configuration.cache.mode == .off && counts == CacheCounts() ? nil : counts
    }

    private var providers: [ProviderStatus] {
        registry.providers.values.map(\.settings).sorted { $0.name < $1.name }.map { provider in
            let counts = statistics.attempts(provider: provider.name)
            return ProviderStatus(
                name: provider.name, kind: provider.kind.rawValue, baseURL: provider.baseURL,
                inFlight: UInt32(state.desk.inFlight(provider: provider.name)),
                waiting: UInt32(state.desk.waiting(provider: provider.name)),
                maxConcurrency: UInt32(clamping: provider.limits[.concurrency] ?? 0), attempts: counts.attempts,
                failures: counts.failures)
        }
    }

    func requests(for peer: PeerIdentity) -> RequestList {
        let everybody = administrators.contains(peer)
        let now = state.scheduler.now
        let visible = calls.all.filter { call in
            call.method.service == "Gateway" && (everybody || call.peer.uid == peer.uid)
        }
        return RequestList(requests: visible.map { $0.summary(now: now) })
    }

    /// Other users' requests look the same as those that do not exist.
    func cancel(_ target: CancelTarget, for peer: PeerIdentity) throws(GatewayError) -> CancelOutcome {
        guard let id = RequestID(target.requestID) else {
            throw GatewayError(.invalidRequest, "request_id: a request id has 16 hexadecimal digits")
        }
        guard let call = calls[id], administrators.contains(peer) || call.peer.uid == peer.uid else {
            return CancelOutcome(found: false)
        }
        call.cancel(GatewayError(.cancelledByOperator, "the request was cancelled by uid \(peer.uid)"))
        return CancelOutcome(found: true)
    }

    func configuration(for peer: PeerIdentity) throws(GatewayError) -> ConfigurationView {
        try administrators.require(peer, for: "GetConfig")
        return ConfigurationView(path: configuration.path, settings: configuration.effective)
    }
}
