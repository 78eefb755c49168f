/// How metrics are written.
public enum MetricsFormat: UInt32, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case prometheus = 1
    case openmetrics

    /// As people write it.
    public var description: String {
        switch self {
        case .prometheus: "prometheus"
        case .openmetrics: "openmetrics"
        }
    }
}

/// What a monitoring system collects.
public struct MetricsText: Sendable, Hashable {
    /// As HTTP would say it.
    public var contentType: String
    public var text: String

    public init(
        contentType: String = "", text: String = ""
    ) {
        self.contentType = contentType
        self.text = text
    }
}
