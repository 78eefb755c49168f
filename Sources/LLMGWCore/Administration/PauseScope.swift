/// Which requests a pause keeps from starting.
public enum PauseScope: Sendable, Hashable, CustomStringConvertible {
    case all
    case provider(String)
    case model(String)
    case client(String)

    /// As in "provider/NAME"; nil if it is none.
    public init?(_ text: String) {
        if text == "all" {
            self = .all
            return
        }
        guard let slash = text.firstIndex(of: "/") else { return nil }
        let name = String(text[text.index(after: slash)...])
        guard !name.isEmpty else { return nil }
        switch text[..<slash] {
        case "provider": self = .provider(name)
        case "model": self = .model(name)
        case "client": self = .client(name)
        default: return nil
        }
    }

    public var description: String {
        switch self {
        case .all: "all"
        case .provider(let name): "provider/\(name)"
        case .model(let name): "model/\(name)"
        case .client(let name): "client/\(name)"
        }
    }
}
