/// Too many unhealthy targets say more about the check than about the targets: then health is not looked at.
///
/// Gates and refused keys still count, they are certain; apply them after this.
public enum PanicThreshold {
    /// The unhealthy ones to shut out; none if fewer than `minimumHealthyShare` of all would be left.
    public static func excluded<Target: Hashable>(
        unhealthy: Set<Target>, among targets: [Target], minimumHealthyShare: Double = 0.5
    ) -> Set<Target> {
        let healthy = targets.count { !unhealthy.contains($0) }
        return Double(healthy) < minimumHealthyShare * Double(targets.count) ? [] : unhealthy
    }
}
