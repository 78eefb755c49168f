import LLMGWCore

/// Says once that the daemon comes to its end.
@GatewayLoop
final class DrainSignal {
    private(set) var isRaised = false
    /// Rings when it is raised, and from then on.
    let bell = Doorbell()

    func raise() {
        isRaised = true
        bell.ringForEver()
    }
}
