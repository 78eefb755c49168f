import LLMGWCore
import TestSupport
import Testing

@testable import LLMGWWire

@Suite("Messages: bounded memory")
struct BoundedMemoryTests {
    @Test("Two-byte submessages cannot make the daemon allocate a hundred times their size")
    func amplification() throws {
        let codec = MessageCodec()
        let hostile = [[UInt8]](repeating: Proto.bytes(2, []), count: 200_000).flatMap { $0 }
        let error = #expect(throws: MessageError.self) { try ChatRequest.decode(hostile, with: codec) }
        #expect(error?.field == nil)
        #expect(try ChatRequest.decode(fullChat.encode(with: codec), with: codec) == fullChat)
    }

    @Test func aLongConversationIsNotHostile() throws {
        let codec = MessageCodec()
        let request = ChatRequest(messages: (0..<20_000).map { .user("第\($0)条消息，再写几个字。") })
        #expect(try ChatRequest.decode(request.encode(with: codec), with: codec) == request)
    }

    @Test func arenaGivesWhatItMayAndNoMore() throws {
        let arena = ProtobufArena()
        arena.scope(limit: 64) {
            #expect(arena.allocate(33) != nil, "takes 48, because of the alignment")
            #expect(arena.allocate(17) == nil)
            #expect(arena.allocate(0) != nil, "takes 16")
            #expect(arena.allocate(1) == nil)
        }
        arena.scope(limit: 64) { #expect(arena.allocate(64) != nil, "the next message begins anew") }
    }

    @Test("Pieces of all sizes are aligned and do not overlap")
    func pieces() throws {
        let arena = ProtobufArena()
        var random = SeededRandom(seed: 1)
        for _ in 0..<20 {
            try arena.scope {
                var pieces: [(start: UInt, end: UInt)] = []
                for _ in 0..<200 {
                    let largest = [8, 500, 40_000].randomElement(using: &random) ?? 8
                    let size = Int.random(in: 1...largest, using: &random)
                    let memory = try #require(arena.allocate(size))
                    memory.initializeMemory(as: UInt8.self, repeating: 0xAA, count: size)
                    let start = UInt(bitPattern: memory)
                    #expect(start % 16 == 0)
                    pieces.append((start, start + UInt(size)))
                }
                pieces.sort { $0.start < $1.start }
                #expect(zip(pieces, pieces.dropFirst()).allSatisfy { $0.end <= $1.start })
            }
        }
    }
}
