/// Which requests come first where not all can.
public enum Priority: UInt32, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// Somebody waits for the answer.
    case interactive = 1
    case normal
    /// When there is room.
    case batch

    public var description: String {
        switch self {
        case .interactive: "interactive"
        case .normal: "normal"
        case .batch: "batch"
        }
    }
}
