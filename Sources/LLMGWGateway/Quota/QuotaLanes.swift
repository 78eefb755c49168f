import LLMGWCore
import LLMGWPolicy

/// Which queue a provider's requests wait in, and in which lane of it a deployment's. They stay when the configuration changes: somebody may
/// still wait there.
struct QuotaLanes {
    private struct Key: Hashable {
        var deployment: String
        var provider: String
        var upstreamModel: String

        init(_ deployment: DeploymentSettings, model: String) {
            self.deployment = "\(model)/\(deployment.name)"
            self.provider = deployment.provider
            self.upstreamModel = deployment.upstreamModel
        }
    }

    private var queues: [String: Int] = [:]
    private var lanes: [Key: LaneID] = [:]

    func queue(of provider: String) -> Int? { queues[provider] }

    mutating func setQueue(_ queue: Int, of provider: String) { queues[provider] = queue }

    func lane(of deployment: DeploymentSettings, model: String) -> LaneID? { lanes[Key(deployment, model: model)] }

    mutating func setLane(_ lane: LaneID, of deployment: DeploymentSettings, model: String) {
        lanes[Key(deployment, model: model)] = lane
    }
}
