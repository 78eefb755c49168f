public import LLMGWCore
import Synchronization

/// An answer that arrives in pieces: iterate over them, once; `reply` then has what is known of the whole.
///
/// A reader that pauses holds back its own upstream transfer and nothing else. Releasing the stream before its end gives the call up.
public struct ReplyStream<Chunk: Sendable, Reply: Sendable>: AsyncSequence, Sendable {
    public typealias Element = Chunk
    public typealias Failure = GatewayError

    private let shared: Shared

    init(
        call: RunningCall, readChunk: @escaping Shared.Reader<Chunk>, readReply: @escaping Shared.Reader<Reply>
    ) {
        shared = Shared(call: call, readChunk: readChunk, readReply: readReply)
    }

    public func makeAsyncIterator() -> Iterator { Iterator(shared: shared) }

    /// The reply without its content: how the choices ended, usage, and how the answer was made. Waits for the end; pieces that nobody took are
    /// dropped.
    public var reply: Reply {
        get async throws(GatewayError) {
            while try await shared.next() != nil {}
            return try shared.outcome()
        }
    }

    /// What is known before the answer: request id, model, provider, place in the queue.
    public var head: ReplyHead { get async { await shared.call.head } }

    /// Gives the call up. Harmless after its end.
    public func cancel() { shared.call.cancel() }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let shared: Shared

        public mutating func next() async throws(GatewayError) -> Chunk? { try await shared.next() }

        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(GatewayError) -> Chunk? {
            try await shared.next()
        }
    }

    final class Shared: Sendable {
        typealias Reader<Value> = @Sendable ([UInt8]) throws(GatewayError) -> Value

        let call: RunningCall
        private let readChunk: Reader<Chunk>
        private let readReply: Reader<Reply>
        private let ended = Mutex<Result<Reply, GatewayError>?>(nil)

        init(call: RunningCall, readChunk: @escaping Reader<Chunk>, readReply: @escaping Reader<Reply>) {
            self.call = call
            self.readChunk = readChunk
            self.readReply = readReply
        }

        func next() async throws(GatewayError) -> Chunk? {
            if ended.withLock({ $0 }) != nil { return nil }
            do throws(GatewayError) {
                switch try await call.next() {
                case .chunk(let bytes):
                    return try readChunk(bytes)
                case .end(let bytes):
                    let reply = try readReply(bytes)
                    ended.withLock { $0 = .success(reply) }
                    return nil
                }
            } catch {
                ended.withLock { $0 = .failure(error) }
                call.cancel()
                throw error
            }
        }

        func outcome() throws(GatewayError) -> Reply {
            guard let result = ended.withLock({ $0 }) else {
                throw GatewayError(.localClosed, "the stream was read by two tasks at once")
            }
            return try result.get()
        }
    }
}
