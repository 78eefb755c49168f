import LLMGWCore

/// What administrators do to the whole daemon. Who may is decided by the caller, who also writes it to the log.
@GatewayLoop
protocol HostControl: AnyObject {
    /// All of the new configuration, or nothing of it. Problems of the configuration are part of the report, not an error.
    func reload(_ command: ReloadCommand) async -> ReloadReport

    /// Lets the program on the disk take over. Returns when it serves, or when it has become clear that it does not: that is part of the
    /// report, not an error.
    func upgrade(_ command: UpgradeCommand) async -> UpgradeReport

    /// Begins to come to an end, and returns at once. Nil means `server.drain_timeout`.
    func drain(grace: Duration?) -> DrainReport

    /// False where there is no such scope. A second pause of a scope replaces the first.
    func pause(_ scope: PauseScope, actor: PeerIdentity, reason: String, ttl: Duration?, refuse: Bool) -> Bool

    /// False where nothing of the kind was paused; nil ends every pause.
    func resume(_ scope: PauseScope?) -> Bool

    /// What is paused now.
    func pauses() -> [PauseStatus]
}
