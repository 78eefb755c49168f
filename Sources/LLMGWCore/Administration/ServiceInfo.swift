/// What a daemon is able to do.
public struct ServiceInfo: Sendable, Hashable {
    public var version: String
    public var protocolMajor: UInt32
    public var protocolMinor: UInt32
    public var features: [String]
    public var methods: [MethodInfo]
    public var limits: ConnectionLimits

    public struct MethodInfo: Sendable, Hashable {
        public var number: UInt32
        /// "llmgw.v1.Gateway/Chat".
        public var name: String

        public init(number: UInt32, name: String) {
            self.number = number
            self.name = name
        }
    }

    public init(
        version: String, protocolMajor: UInt32, protocolMinor: UInt32, features: [String], methods: [MethodInfo],
        limits: ConnectionLimits
    ) {
        self.version = version
        self.protocolMajor = protocolMajor
        self.protocolMinor = protocolMinor
        self.features = features
        self.methods = methods
        self.limits = limits
    }
}

/// The limits of a connection, as HELLO_OK states them. Bytes, except for `maxStreams`.
public struct ConnectionLimits: Sendable, Hashable {
    public var maxFrame: UInt32
    public var maxMessage: UInt32
    public var maxStreams: UInt32
    public var initialCredit: UInt32

    public init(
        maxFrame: UInt32 = 256 << 10, maxMessage: UInt32 = 32 << 20, maxStreams: UInt32 = 256,
        initialCredit: UInt32 = 256 << 10
    ) {
        self.maxFrame = maxFrame
        self.maxMessage = maxMessage
        self.maxStreams = maxStreams
        self.initialCredit = initialCredit
    }
}

/// A model that callers may use.
public struct ModelInfo: Sendable, Hashable {
    public var name: String
    public var aliases: [String]
    public var provider: String
    public var upstreamModel: String
    /// Tokens; nil where nobody said.
    public var contextLength: UInt32?
    public var capabilities: [String]
    public var isDefault: Bool

    public init(
        name: String, aliases: [String], provider: String, upstreamModel: String, contextLength: UInt32?,
        capabilities: [String], isDefault: Bool
    ) {
        self.name = name
        self.aliases = aliases
        self.provider = provider
        self.upstreamModel = upstreamModel
        self.contextLength = contextLength
        self.capabilities = capabilities
        self.isDefault = isDefault
    }
}

/// A .proto file that the daemon was built from.
public struct SchemaFile: Sendable, Hashable {
    public var name: String
    public var text: String

    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}
