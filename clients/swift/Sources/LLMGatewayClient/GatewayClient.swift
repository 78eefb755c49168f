@_exported public import LLMGWCore
internal import LLMGWWire

/// Asks the gateway of this host. Connects with the first call, and again after the daemon restarted; tasks share the connection.
///
/// A task that is cancelled gives its call up: the daemon is told, and the upstream transfer ends. A call is repeated by itself at most
/// once, and only if the daemon is known not to have begun with it. Every method throws `GatewayError`, whose reason tells what
/// happened and whether a repetition is safe.
public final class GatewayClient: Sendable {
    private let connector: Connector
    private let timeout: Duration?

    /// - Parameters:
    ///   - socketPath: nil follows the rule of PROTOCOL.md ("Finding the daemon"): `LLMGW_SOCKET`, else the user's own daemon, else the host's.
    ///   - name: what `llmgw-ctl requests` shows of this program.
    ///   - timeout: for calls that name none; nil leaves it to the daemon.
    public init(socketPath: String? = nil, name: String = "llmgw-swift", timeout: Duration? = nil) {
        self.connector = Connector(socketPath: socketPath, clientName: name)
        self.timeout = timeout
    }

    // Inference

    public func chat(
        _ request: ChatRequest, options: CallOptions = CallOptions()
    ) async throws(GatewayError) -> ChatReply {
        var request = request
        request.stream = false
        return try await unary(.chat, request, options)
    }

    /// The answer as it is written.
    public func streamChat(
        _ request: ChatRequest, options: CallOptions = CallOptions()
    ) async throws(GatewayError) -> ReplyStream<ChatChunk, ChatReply> {
        var request = request
        request.stream = true
        return try await stream(.chat, request, options)
    }

    public func complete(
        _ request: CompleteRequest, options: CallOptions = CallOptions()
    ) async throws(GatewayError) -> CompleteReply {
        var request = request
        request.stream = false
        return try await unary(.complete, request, options)
    }

    public func streamComplete(
        _ request: CompleteRequest, options: CallOptions = CallOptions()
    ) async throws(GatewayError) -> ReplyStream<CompleteChunk, CompleteReply> {
        var request = request
        request.stream = true
        return try await stream(.complete, request, options)
    }

    public func embed(
        _ request: EmbedRequest, options: CallOptions = CallOptions()
    ) async throws(GatewayError) -> EmbedReply {
        try await unary(.embed, request, options)
    }

    /// Many chats in one call: results in order, and progress.
    public func batch(
        _ request: BatchRequest, options: CallOptions = CallOptions()
    ) async throws(GatewayError) -> ReplyStream<BatchEvent, BatchReply> {
        try await stream(.batch, request, options)
    }

    public func listModels() async throws(GatewayError) -> [ModelInfo] {
        let list: ModelList = try await unary(.listModels, EmptyRequest())
        return list.models
    }

    // About the daemon

    /// Returns the payload unchanged.
    public func ping(_ payload: [UInt8] = []) async throws(GatewayError) -> [UInt8] {
        let reply: PingPayload = try await unary(.ping, PingPayload(payload))
        return reply.bytes
    }

    public func info() async throws(GatewayError) -> ServiceInfo {
        try await unary(.getInfo, EmptyRequest())
    }

    /// The .proto files that the daemon was built from.
    public func schema() async throws(GatewayError) -> [SchemaFile] {
        let schema: Schema = try await unary(.getSchema, EmptyRequest())
        return schema.files
    }

    public func status() async throws(GatewayError) -> DaemonStatus {
        try await unary(.status, EmptyRequest())
    }

    /// Requests in flight: the caller's own; all of them for administrators.
    public func listRequests() async throws(GatewayError) -> [RequestSummary] {
        let list: RequestList = try await unary(.listRequests, EmptyRequest())
        return list.requests
    }

    /// False where no such request is in flight.
    public func cancelRequest(_ requestID: String) async throws(GatewayError) -> Bool {
        let outcome: CancelOutcome = try await unary(.cancelRequest, CancelTarget(requestID: requestID))
        return outcome.found
    }

    /// The settings in force, secrets masked. For administrators.
    public func configuration() async throws(GatewayError) -> ConfigurationView {
        try await unary(.getConfig, EmptyRequest())
    }

    // How failures are dealt with

    /// Every way to every model, and how it fares.
    public func listDeployments() async throws(GatewayError) -> [DeploymentStatus] {
        let list: DeploymentList = try await unary(.listDeployments, EmptyRequest())
        return list.deployments
    }

    public func listBreakers() async throws(GatewayError) -> [BreakerStatus] {
        let list: BreakerList = try await unary(.listBreakers, EmptyRequest())
        return list.breakers
    }

    /// False where there is no such breaker. For administrators.
    public func setBreaker(_ command: BreakerCommand) async throws(GatewayError) -> Bool {
        let outcome: SetBreakerOutcome = try await unary(.setBreaker, command)
        return outcome.found
    }

    /// Asks every deployment of a model (a name or alias), or of all, for one token: the results as they come. For administrators.
    public func testModels(
        _ model: String? = nil, options: CallOptions = CallOptions()
    ) async throws(GatewayError) -> ReplyStream<ModelTestResult, ModelTestSummary> {
        try await stream(.testModels, ModelTestTarget(model: model), options)
    }

    /// How a request came to its end; nil where it is not remembered. The caller's own; any for administrators.
    public func explain(_ requestID: String) async throws(GatewayError) -> RequestTrace? {
        let outcome: TraceOutcome = try await unary(.explain, TraceTarget(requestID: requestID))
        return outcome.trace
    }

    public func listAlerts() async throws(GatewayError) -> [AlertStatus] {
        let list: AlertList = try await unary(.listAlerts, EmptyRequest())
        return list.alerts
    }

    /// Ends the connection. Calls that run fail with `llmgw.local.closed`, later ones too.
    public func close() async {
        await connector.close()
    }

    // How. The other services' methods are in files of their own.

    func unary<Request: WireMessage, Reply: WireMessage>(
        _ method: Method, _ request: Request, _ options: CallOptions = CallOptions()
    ) async throws(GatewayError) -> Reply {
        let call = try await begin(method, request, options)
        while true {
            switch try await call.next() {
            case .chunk: continue  // A newer daemon's; a unary call has none.
            case .end(let end): return try decodeReply(end)
            }
        }
    }

    func stream<Request: WireMessage, Chunk: WireMessage & Sendable, Reply: WireMessage & Sendable>(
        _ method: Method, _ request: Request, _ options: CallOptions
    ) async throws(GatewayError) -> ReplyStream<Chunk, Reply> {
        ReplyStream(
            call: try await begin(method, request, options),
            readChunk: { bytes throws(GatewayError) in try decodeMessage(bytes) },
            readReply: { bytes throws(GatewayError) in try decodeReply(bytes) })
    }

    private func begin(
        _ method: Method, _ request: some WireMessage, _ options: CallOptions
    ) async throws(GatewayError) -> RunningCall {
        var options = options
        options.timeout = options.timeout ?? timeout
        let codec = MessageCodec()
        let envelope = CallEnvelope(options: options, body: request.encode(with: codec))
        return try await RunningCall.begin(
            method, envelope.encode(with: codec), timeout: options.timeout, through: connector)
    }
}
