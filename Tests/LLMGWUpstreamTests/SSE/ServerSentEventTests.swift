import Testing

@testable import LLMGWUpstream

@Suite("Server-sent events")
struct ServerSentEventTests {
    private typealias Event = ServerSentEventParser.Event

    /// What a stream comes to.
    private struct Outcome: Equatable {
        var events: [ServerSentEventParser.Event] = []
        var foreign: [UInt8] = []
        var isTooLong = false
    }

    private func parse(_ chunks: [[UInt8]]) -> Outcome {
        var outcome = Outcome()
        var parser = ServerSentEventParser()
        do throws(ServerSentEventParser.LineTooLong) {
            for chunk in chunks { try parser.parse(chunk) { outcome.events.append($0) } }
            try parser.finish { outcome.events.append($0) }
        } catch {
            outcome.isTooLong = true
        }
        outcome.foreign = parser.foreign
        return outcome
    }

    private func event(_ data: String, _ name: String? = nil) -> Event { Event(name: name, data: Array(data.utf8)) }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        /// Lines end in LF here; the tests put other ends in their place.
        var text: String
        var events: [(data: String, name: String?)]
        var foreign = ""

        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "nothing", text: "", events: []),
        Case(name: "one", text: "data: 你好\n\n", events: [("你好", nil)]),
        Case(name: "no blank after the colon", text: "data:a\n\ndata:  b\n\n", events: [("a", nil), (" b", nil)]),
        Case(name: "several lines of data", text: "data: a\ndata:\ndata: 二\n\n", events: [("a\n\n二", nil)]),
        Case(name: "empty data", text: "data:\n\ndata: \n\n", events: [("", nil), ("", nil)]),
        Case(name: "comments", text: ": ping\n\n:\ndata: a\n: in between\ndata: b\n\n", events: [("a\nb", nil)]),
        Case(
            name: "names", text: "event: error\ndata: a\n\ndata: b\n\nevent: x\n\ndata: c\n\n",
            events: [("a", "error"), ("b", nil), ("c", nil)]),
        Case(name: "other fields", text: "id: 7\nretry: 10\ndata: a\n\n", events: [("a", nil)]),
        Case(name: "many empty lines", text: "\n\n\ndata: a\n\n\n\n\ndata: b\n\n", events: [("a", nil), ("b", nil)]),
        Case(name: "no end", text: "data: a\n\ndata: b", events: [("a", nil), ("b", nil)]),
        Case(name: "no empty line at the end", text: "data: a\n", events: [("a", nil)]),
        Case(name: "colons in data", text: "data: {\"a\":\"b: c\"}\n\n", events: [("{\"a\":\"b: c\"}", nil)]),
        Case(
            name: "plain JSON instead of a stream", text: "{\n \"error\": {\"message\": \"坏\"}\n}\n", events: [],
            foreign: "{\n \"error\": {\"message\": \"坏\"}\n}\n"),
        Case(
            name: "JSON behind an event", text: "data: a\n\n{\"error\":1}", events: [("a", nil)],
            foreign: "{\"error\":1}\n"),
        Case(name: "a field without a colon", text: "data\n\n<html>\n\n", events: [], foreign: "data\n<html>\n"),
    ]

    @Test("However the lines end and wherever the bytes are cut", arguments: cases, ["\n", "\r\n", "\r"])
    func everyCut(test: Case, lineEnd: String) {
        var expected = Outcome()
        expected.events = test.events.map { event($0.data, $0.name) }
        expected.foreign = Array(test.foreign.utf8)
        for mark in [[], [0xEF, 0xBB, 0xBF]] as [[UInt8]] {
            let bytes = mark + Array(test.text.replacing("\n", with: lineEnd).utf8)
            #expect(parse([bytes]) == expected)
            #expect(parse(bytes.map { [$0] }) == expected)
            for cut in bytes.indices { #expect(parse([Array(bytes[..<cut]), Array(bytes[cut...])]) == expected) }
            for cut in bytes.indices { #expect(parse([Array(bytes[..<cut]), [], Array(bytes[cut...])]) == expected) }
        }
    }

    @Test("Line ends may change from line to line")
    func mixedLineEnds() {
        let bytes = Array("data: a\r\n\rdata: b\n\r\ndata: c\r\r".utf8)
        let expected = Outcome(events: [event("a"), event("b"), event("c")])
        for cut in bytes.indices { #expect(parse([Array(bytes[..<cut]), Array(bytes[cut...])]) == expected) }
    }

    @Test("A byte order mark counts at the beginning only")
    func laterMark() {
        #expect(parse([Array("data: \u{FEFF}a\n\n".utf8)]) == Outcome(events: [event("\u{FEFF}a")]))
    }

    @Test("The limit of a line is the same however it arrives", arguments: [0, 1])
    func lineLimit(excess: Int) {
        let line = Array("data: ".utf8) + [UInt8](repeating: 97, count: ServerSentEventParser.lineLimit - 6 + excess)
        let end = Array("\n\n".utf8)
        for chunks in [[line + end], [line, end], [Array(line[..<10]), Array(line[10...]) + end]] {
            let outcome = parse(chunks)
            #expect(outcome.isTooLong == (excess > 0))
            #expect(outcome.events.count == (excess > 0 ? 0 : 1))
        }
    }

    @Test func anEventOfManyLinesIsBounded() {
        let line = Array("data: ".utf8) + [UInt8](repeating: 97, count: 400_000) + [10]
        #expect(parse([line, line, [10]]).events.map(\.data.count) == [800_001])
        #expect(parse([line, line, line]).isTooLong)
    }

    @Test func whatIsNoEventIsKeptUpToALimit() {
        let line = [UInt8](repeating: 60, count: 1000) + [10]
        let outcome = parse(Array(repeating: line, count: 1000))
        #expect(!outcome.isTooLong)
        #expect((60_000...(64 << 10) + 1000).contains(outcome.foreign.count))
    }
}
