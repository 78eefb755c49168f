/// `[server]`: the socket and what one caller may take.
public struct ServerSettings: Sendable, Hashable {
    /// Nil leaves it to the search rule.
    public var socket: String?
    public var socketMode: UInt32
    /// A second socket, where administrators alone are admitted; nil for none.
    public var adminSocket: String?
    /// Where the daemon keeps what outlives it; nil keeps nothing.
    public var stateDirectory: String?
    /// Users, by name or uid, who may use the administrative methods, beside root and the daemon's own.
    public var adminUIDs: Set<UInt32>
    public var adminGIDs: Set<UInt32>
    public var maxConnectionsPerUID: Int
    public var maxStreamsPerUID: Int
    public var maxStreamsPerConnection: Int
    public var maxWatchesPerUID: Int
    /// Time for preface and HELLO.
    public var handshakeTimeout: Duration
    /// A connection without streams is closed after this.
    public var idleTimeout: Duration
    /// A connection that takes nothing while there is something to send is closed after this.
    public var writeTimeout: Duration
    /// For calls that name no timeout.
    public var requestTimeout: Duration
    /// How long running requests may go on after SIGTERM.
    public var drainTimeout: Duration
    /// Without calls for so long, a daemon that is started on demand ends; zero for never.
    public var exitWhenIdle: Duration
    /// Items of one Batch call in flight at once.
    public var batchConcurrency: Int

    public init(
        socket: String? = nil, socketMode: UInt32 = 0o660, adminSocket: String? = nil,
        stateDirectory: String? = nil, adminUIDs: Set<UInt32> = [],
        adminGIDs: Set<UInt32> = [],
        maxConnectionsPerUID: Int = 1024, maxStreamsPerUID: Int = 4096, maxStreamsPerConnection: Int = 256,
        maxWatchesPerUID: Int = 16,
        handshakeTimeout: Duration = .seconds(1), idleTimeout: Duration = .seconds(600),
        writeTimeout: Duration = .seconds(30), requestTimeout: Duration = .seconds(600),
        drainTimeout: Duration = .seconds(30), exitWhenIdle: Duration = .zero, batchConcurrency: Int = 16
    ) {
        self.socket = socket
        self.socketMode = socketMode
        self.adminSocket = adminSocket
        self.stateDirectory = stateDirectory
        self.adminUIDs = adminUIDs
        self.adminGIDs = adminGIDs
        self.maxConnectionsPerUID = maxConnectionsPerUID
        self.maxStreamsPerUID = maxStreamsPerUID
        self.maxStreamsPerConnection = maxStreamsPerConnection
        self.maxWatchesPerUID = maxWatchesPerUID
        self.handshakeTimeout = handshakeTimeout
        self.idleTimeout = idleTimeout
        self.writeTimeout = writeTimeout
        self.requestTimeout = requestTimeout
        self.drainTimeout = drainTimeout
        self.exitWhenIdle = exitWhenIdle
        self.batchConcurrency = batchConcurrency
    }
}
