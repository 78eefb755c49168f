import LLMGWCore
import TestSupport

@testable import LLMGWUpstream

/// One attempt with time and transport in the test's hands.
@GatewayLoop
struct Attempt {
    let scheduler = ManualScheduler()
    let transport = ScriptedTransport()
    let recorder = AttemptRecorder()
    let exchange: UpstreamExchange
    /// Wed, 21 Oct 2015 07:28:00 GMT, and a bit.
    nonisolated static let wallTime = UnixTime(milliseconds: 1_445_412_480_750)

    static let timeouts = UpstreamTimeouts(
        connect: .seconds(5), firstToken: .seconds(20), idle: .seconds(10), total: .seconds(100), drain: .seconds(2))

    init(_ operation: UpstreamOperation, deadline: Duration = .seconds(1000)) throws {
        let provider = ProviderSettings(name: "p", baseURL: "http://127.0.0.1:1", timeouts: Self.timeouts)
        exchange = try UpstreamClient(driver: transport, scheduler: scheduler, wallClock: { Self.wallTime })
            .start(
                operation, provider: provider, upstreamModel: "m", deadline: scheduler.now + deadline,
                receiver: recorder)
    }

    init(stream: Bool, deadline: Duration = .seconds(1000)) throws {
        try self.init(.chat(ChatRequest(messages: [.user("你好")], stream: stream)), deadline: deadline)
    }

    func connect() { transport.deliver(.connected) }

    func stream(_ text: String) {
        transport.deliver(.text("data: {\"choices\":[{\"delta\":{\"content\":\"\(text)\"}}]}\n\n"))
    }
}
