import LLMGWJSON
import NIOCore
import NIOHTTP1

/// One connection to the simulated provider: collects a request, finds what answers it, and notices when the client leaves.
final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let bodyLimit = 64 << 20

    private let simulator: Simulator
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var answer: Answer?

    init(simulator: Simulator) {
        self.simulator = simulator
    }

    func channelActive(context: ChannelHandlerContext) {
        simulator.connected()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer?.clientLeft()
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { answer?.goOn() }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let buffer):
            if body.count + buffer.readableBytes <= Self.bodyLimit { body.append(contentsOf: buffer.readableBytesView) }
        case .end:
            guard let head else { return }
            let path = head.uri.split(separator: "?").first.map(String.init) ?? head.uri
            let answer = Answer(
                context: context, keepAlive: head.isKeepAlive, dialect: path == "/v1/messages" ? .anthropic : .openai,
                simulator: simulator)
            self.answer = answer
            route(head, path, answer)
        }
    }

    private func route(_ head: HTTPRequestHead, _ path: String, _ answer: Answer) {
        switch (head.method, path) {
        case (.POST, "/v1/chat/completions"):
            complete(answer) { json throws(CompletionRequest.Refusal) in try .init(json, isChat: true) }
        case (.POST, "/v1/completions"):
            complete(answer) { json throws(CompletionRequest.Refusal) in try .init(json, isChat: false) }
        case (.POST, "/v1/messages"):
            guard head.headers.contains(name: "anthropic-version") else {
                return refuse(answer, "anthropic-version: header is required")
            }
            complete(answer) { json throws(CompletionRequest.Refusal) in try .init(message: json) }
        case (.POST, "/v1/embeddings"): embed(answer)
        case (.GET, "/v1/models"): answer.send(200, Self.models())
        case (.GET, "/_sim/stats"): answer.send(200, stats())
        case (.POST, "/_sim/script"): script(answer)
        case (.POST, "/_sim/reset"):
            simulator.reset()
            answer.send(200, Array("{}".utf8))
        default:
            answer.send(
                404, AnswerJSON.error("no such route: \(head.method) \(path)", type: "invalid_request_error", code: nil)
            )
        }
    }

    private func refuse(_ answer: Answer, _ message: String, _ parameter: String? = nil) {
        answer.send(
            400, answer.dialect.error(message, type: "invalid_request_error", code: nil, parameter: parameter))
    }

    private func complete(
        _ answer: Answer, _ read: (JSONView) throws(CompletionRequest.Refusal) -> CompletionRequest
    ) {
        guard let document = JSONDocument(body) else { return refuse(answer, "the body is not valid JSON") }
        simulator.lastBody = String(decoding: body, as: UTF8.self)
        do throws(CompletionRequest.Refusal) {
            let request = try read(document.value)
            simulator.begin(request.model)
            answer.model = request.model
            if let scripted = simulator.nextScripted(request.model) {
                return answer.send(scripted.status, Array(scripted.body.utf8), headers: scripted.headers)
            }
            answer.perform(request)
        } catch {
            refuse(answer, error.message, error.parameter)
        }
    }

    private func embed(_ answer: Answer) {
        guard let document = JSONDocument(body) else { return refuse(answer, "the body is not valid JSON") }
        let json = document.value
        guard let model = json["model"]?.string else {
            return refuse(answer, "you must provide a model parameter", "model")
        }
        simulator.lastBody = String(decoding: body, as: UTF8.self)
        let inputs = json["input"]?.string.map { [$0] } ?? json["input"]?.elements.compactMap(\.string) ?? []
        guard !inputs.isEmpty else { return refuse(answer, "input is missing or empty", "input") }
        simulator.begin(model, embeddingInputs: inputs.count)
        answer.model = model
        if let scripted = simulator.nextScripted(model) {
            return answer.send(scripted.status, Array(scripted.body.utf8), headers: scripted.headers)
        }
        // So that a test can have one input refused among several.
        if inputs.contains("sim-refuse") { return refuse(answer, "simulated: an input was refused", "input") }
        if let fault = Fault(model: model), answer.fail(fault, isStream: false) { return }
        answer.send(200, embeddings(model, inputs, Int(min(json["dimensions"]?.unsigned ?? 64, 4096))))
    }

    private func embeddings(_ model: String, _ inputs: [String], _ dimensions: Int) -> [UInt8] {
        let tokens = inputs.reduce(0) { $0 + AnswerText.countTokens($1) }
        var json = JSONWriter(capacity: inputs.count * dimensions * 10)
        json.object { json in
            json.member("object", "list")
            json.member("model", model)
            json.array("data", inputs.enumerated()) { json, input in
                json.object { json in
                    json.member("object", "embedding")
                    json.member("index", input.offset)
                    json.array("embedding", AnswerText.embedding(input.element, dimensions: dimensions)) {
                        json, value in
                        json.double(value)
                    }
                }
            }
            json.object("usage") { json in
                json.member("prompt_tokens", tokens)
                json.member("total_tokens", tokens)
            }
        }
        return json.bytes
    }

    private static func models() -> [UInt8] {
        var json = JSONWriter(capacity: 4096)
        json.object { json in
            json.member("object", "list")
            json.array("data", ["sim"] + Fault.descriptions.map(\.name)) { json, name in
                json.object { json in
                    json.member("id", name)
                    json.member("object", "model")
                    json.member("owned_by", AnswerJSON.fingerprint)
                }
            }
        }
        return json.bytes
    }

    private func stats() -> [UInt8] {
        var json = JSONWriter(capacity: 1024)
        json.object { json in
            json.member("connections", simulator.connections)
            json.member("last_body", simulator.lastBody)
            json.object("models") { json in
                for (model, counts) in simulator.counts.sorted(by: { $0.key < $1.key }) {
                    json.key(text: model)
                    json.object { json in
                        json.member("received", counts.received)
                        json.member("completed", counts.completed)
                        json.member("aborted", counts.aborted)
                        json.member("in_flight", counts.inFlight)
                        json.member("max_in_flight", counts.maxInFlight)
                        json.array("embedding_inputs", counts.embeddingInputs) { json, count in json.integer(count) }
                    }
                }
            }
        }
        return json.bytes
    }

    /// `{"model": "…", "responses": [{"status": 503, "headers": {"retry-after": "1"}, "body": "…", "count": 2}]}`
    private func script(_ answer: Answer) {
        guard let document = JSONDocument(body), let model = document.value["model"]?.string else {
            return refuse(answer, "expected an object with model and responses")
        }
        simulator.script(
            model,
            (document.value["responses"]?.elements ?? []).map { entry in
                let headers = entry["headers"]
                return Simulator.ScriptedAnswer(
                    status: Int(entry["status"]?.unsigned ?? 200),
                    headers: (headers?.keys ?? []).map { ($0, headers?[$0]?.string ?? "") },
                    body: entry["body"]?.string ?? "", left: Int(entry["count"]?.unsigned ?? 1))
            })
        answer.send(200, Array("{}".utf8))
    }
}
