import Testing

@testable import LLMGWUpstream

@Suite("Backlog between libcurl and the loop")
struct BacklogTests {
    @Test("Beyond the limit a piece waits, and is told once that there is room")
    func holdsAndLetsGo() {
        let backlog = Backlog()
        #expect(backlog.add(Backlog.limit - 1))
        #expect(backlog.add(100), "the last piece may go beyond the limit")
        #expect(!backlog.add(1))
        #expect(!backlog.taken(99), "not until half of it is through")
        #expect(backlog.taken(Backlog.limit / 2))
        #expect(!backlog.taken(Backlog.limit / 2), "nobody waits any more")
        #expect(backlog.add(1))
    }

    @Test func whoDoesNotWaitIsNotTold() {
        let backlog = Backlog()
        #expect(backlog.add(Backlog.limit))
        #expect(!backlog.taken(Backlog.limit))
    }
}
