import LLMGWCore
import LLMGWWire

/// What the daemon says about itself.
struct MetaService: Sendable {
    let limits: ConnectionLimits

    var info: ServiceInfo {
        ServiceInfo(
            version: Version.current, protocolMajor: UInt32(Version.protocolMajor),
            protocolMinor: UInt32(Version.protocolMinor), features: [],
            methods: Method.allCases.map { .init(number: UInt32($0.rawValue), name: $0.fullName) }, limits: limits)
    }

    var schema: Schema { Schema(files: EmbeddedSchema.files) }
}
