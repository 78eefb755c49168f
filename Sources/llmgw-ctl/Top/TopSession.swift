import Dispatch
import LLMGWCore
import LLMGatewayClient

/// The live screen: samples and keys in, frames out.
final class TopSession {
    private enum Event: Sendable {
        case terminal(TerminalScreen.Event)
        case sample(Result<TopSample, GatewayError>)
        case trace(RequestTrace?)
        case notice(String)
    }

    private let client: GatewayClient
    private let interval: Duration
    private var frame: TopFrame
    private var keys = KeyDecoder()

    init(_ client: GatewayClient, _ first: TopSample, interval: Duration) {
        self.client = client
        self.interval = interval
        var history = TopHistory()
        history.add(first)
        frame = TopFrame(history: history)
    }

    /// Until the person has seen enough, or the task is cancelled.
    func run() async throws {
        let channel = AsyncStream.makeStream(of: Event.self)
        let sink = channel.continuation
        try TerminalScreen.enter()
        defer { TerminalScreen.leave() }
        let sources = TerminalScreen.events { sink.yield(.terminal($0)) }
        let collector = TopCollector(client: client)
        let interval = interval
        let sampling = Task { await TopSession.sample(collector, interval, sink) }
        defer {
            sampling.cancel()
            sources.forEach { $0.cancel() }
        }
        draw()
        for await event in channel.stream {
            guard try take(event, sink) else { break }
            draw()
        }
    }

    private static func sample(
        _ collector: TopCollector, _ interval: Duration, _ sink: AsyncStream<Event>.Continuation
    ) async {
        while (try? await Task.sleep(for: interval)) != nil {
            let result: Result<TopSample, GatewayError>
            do throws(GatewayError) { result = .success(try await collector.sample()) } catch {
                result = .failure(error)
            }
            sink.yield(.sample(result))
        }
    }

    private func draw() { TerminalScreen.draw(frame.lines(TerminalScreen.size)) }

    /// False at the end.
    private func take(_ event: Event, _ sink: AsyncStream<Event>.Continuation) throws -> Bool {
        switch event {
        case .terminal(.resized): break
        case .terminal(.inputEnded): return false
        case .terminal(.input(let bytes)):
            for key in keys.feed(bytes) {
                guard try press(key, sink) else { return false }
            }
        case .sample(.failure(let error)): frame.trouble = error.message
        case .sample(.success(let sample)):
            frame.trouble = nil
            guard !frame.state.isPaused else { break }
            frame.history.add(sample)
            if let id = frame.state.detail { explain(id, sink) }
        case .trace(let trace): frame.trace = trace
        case .notice(let text): frame.state.say(text)
        }
        return true
    }

    private func press(_ key: TerminalKey, _ sink: AsyncStream<Event>.Continuation) throws -> Bool {
        let shown = frame.history.latest.map { frame.state.table(frame.history, $0) }
        let page = frame.page(TerminalScreen.size)
        switch frame.state.handle(key, shown: shown, page: page) {
        case .none: break
        case .quit: return false
        case .suspend: try TerminalScreen.suspend()
        case .explain(let id):
            frame.trace = nil
            explain(id, sink)
        case .cancel(let id): cancel(id, sink)
        }
        return true
    }

    private func cancel(_ id: String, _ sink: AsyncStream<Event>.Continuation) {
        let client = client
        Task {
            do throws(GatewayError) {
                let found = try await client.cancelRequest(id)
                sink.yield(.notice(found ? "cancelled \(id)" : "\(id) had ended already, or it is not yours"))
            } catch {
                sink.yield(.notice("\(id) was not cancelled: \(error.message)"))
            }
        }
    }

    private func explain(_ id: String, _ sink: AsyncStream<Event>.Continuation) {
        let client = client
        Task {
            do throws(GatewayError) {
                sink.yield(.trace(try await client.explain(id)))
            } catch {
                sink.yield(.notice("the way of \(id) is not known: \(error.message)"))
            }
        }
    }
}
