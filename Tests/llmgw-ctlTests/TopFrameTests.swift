import LLMGWCore
import LLMGWJSON
import Testing

@testable import llmgw_ctl

@Suite("Frames of top")
struct TopFrameTests {
    private let sample = Samples.sample(
        at: 110, requests: 40, failed: 5, output: 200,
        running: (0..<30).map {
            Samples.request(
                "id-\($0)", model: $0 == 7 ? "一个名字长得连很宽的屏幕也放不下的模型" : "大模型", age: .seconds($0))
        })

    private func frame(_ keys: [TerminalKey] = []) -> TopFrame {
        var frame = TopFrame(history: Samples.history(Samples.sample(at: 100), sample))
        for key in keys {
            _ = frame.state.handle(key, shown: frame.state.table(frame.history, sample), page: 5)
        }
        return frame
    }

    @Test(
        "Every screen is filled exactly, whatever its size",
        arguments: [
            [], [.character("?")], [.enter], [.character("c")], [.character("/"), .character("中")], [.character("4")],
        ] as [[TerminalKey]])
    func sizes(keys: [TerminalKey]) {
        let frame = frame(keys)
        for rows in [0, 1, 2, 3, 4, 5, 6, 9, 24, 60] {
            for columns in [0, 1, 2, 3, 5, 8, 13, 21, 40, 80, 200] {
                let lines = frame.lines(ScreenSize(rows: rows, columns: columns))
                #expect(lines.count == rows)
                #expect(lines.allSatisfy { Cells.width($0.text) <= columns }, "\(rows) × \(columns)")
                #expect(lines.allSatisfy { !$0.text.contains("\n") && !$0.text.contains("\u{1B}") })
            }
        }
    }

    @Test("The figures that an operator looks for stand above the table")
    func figures() {
        let text = frame().lines(ScreenSize(rows: 24, columns: 100)).map(\.text).joined(separator: "\n")
        for shown in [
            "llmgwd 1.2.3 serving", "in flight 30", "waiting 5", "requests/s 4.0", "20.0 out", "failed 5 (12.5 % now)",
            "cost today 1.50 EUR", "cache hits 25.0 %", "[1 requests]", "> id-29",
        ] {
            #expect(text.contains(shown), "\(shown)")
        }
    }

    @Test("The selection stays on the screen")
    func scrolling() {
        let size = ScreenSize(rows: 12, columns: 80)
        let lines = frame([.end]).lines(size)
        let selected = lines.filter { $0.style == .selected }
        #expect(selected.count == 1)
        #expect(selected[0].text.hasPrefix("> id-0 "))
    }

    @Test("Columns stay straight below wide names; names give way first, ids never")
    func columns() {
        let table = frame().state.table(frame().history, sample)
        for width in [60, 80, 100, 200] {
            let (heading, rows) = table.lines(width: width, order: nil)
            let place = Cells.width(heading.prefix(upTo: heading.range(of: "MODEL")))
            #expect(rows.allSatisfy { $0.contains("id-") && !$0.hasPrefix("…") })
            #expect(rows.allSatisfy { Cells.width($0) <= width })
            #expect(rows.allSatisfy { row in row.startsAWord(at: place) })
        }
    }

    @Test("Where there is little room, the last columns go before names become unreadable, and six columns stay")
    func room() {
        let table = TopTable(.requests, frame().history, sample)
        func headings(_ width: Int) -> Int { table.lines(width: width, order: nil).heading.split(separator: " ").count }
        #expect(headings(200) == 10)
        #expect(headings(100) == 10)
        #expect(headings(80) == 8)
        #expect(headings(60) == 6)
        #expect(table.lines(width: 60, order: nil).rows.contains { $0.contains("报告程序") })
    }

    @Test("A model that is asked for the first time has a row")
    func firstTime() {
        let sample = Samples.sample(running: [Samples.request("x", model: "新")])
        #expect(TopTable(.models, Samples.history(sample), sample).rows.map(\.id) == ["大模型", "新"])
    }

    @Test("What appears within the window of the rates counted nothing before, unless nobody said")
    func newcomers() {
        var first = Samples.sample(at: 100)
        first.status.models = []
        first.status.clients = []
        var last = Samples.sample(at: 110, requests: 40, output: 200)
        last.accounts = [ClientAccount(name: "甲", counts: RequestCounts(requests: 40))]
        func rate(_ view: TopView) -> String? {
            TopTable(view, Samples.history(first, last), last).rows.first?.cells[2].text
        }
        #expect(rate(.models) == "4.0")
        #expect(rate(.clients) == "-")
        first.accounts = []
        #expect(rate(.clients) == "4.0")
        last.accounts = nil
        #expect(rate(.clients) == "4.0")
    }

    @Test("How long the queues are")
    func queues() {
        var sample = sample
        sample.queues = QueueReport(queues: [
            QueueStatus(client: "甲", waiting: 1, oldest: .milliseconds(1500)),
            QueueStatus(client: "乙", waiting: 2, oldest: .seconds(7)),
        ])
        #expect(TopFrame(history: Samples.history(sample)).text(columns: 200).contains("waiting 5 for up to 7.0 s"))
    }

    @Test("A name with a terminal's commands in it is only text")
    func commands() {
        var frame = frame()
        var evil = sample
        evil.requests = [Samples.request("x", model: "\u{1B}[2J\nrm")]
        evil.missing = ["ListClients (not on this daemon)"]
        frame.history.add(evil)
        let lines = frame.lines(ScreenSize(rows: 20, columns: 120)).map(\.text)
        #expect(lines.allSatisfy { !$0.contains("\u{1B}") && !$0.contains("\n") })
        #expect(lines.contains { $0.contains("[2J rm") })
        #expect(lines.contains("not shown: ListClients (not on this daemon)"))
    }

    @Test("A daemon that does not answer is told, below what it said last")
    func trouble() {
        var frame = frame()
        frame.trouble = "the daemon is gone: 走了"
        let lines = frame.lines(ScreenSize(rows: 10, columns: 80))
        #expect(lines.last?.text == "no answer, trying again: the daemon is gone: 走了")
        #expect(lines.contains { $0.text.contains("in flight 30") })
    }

    @Test("Before anything was said there is an empty screen")
    func empty() {
        let frame = TopFrame(history: TopHistory())
        #expect(frame.lines(ScreenSize(rows: 5, columns: 20)).count == 5)
    }

    @Test("The detail has the request, its labels and its way")
    func detail() {
        var frame = frame([.enter])
        frame.trace = RequestTrace(
            requestID: "id-29", operation: "Chat", model: "大模型", uid: 1000, age: .seconds(1),
            steps: [
                TraceStep(
                    at: .milliseconds(5), model: "大模型", deployment: "甲", decision: .retry, detail: "busy",
                    reason: .overloaded)
            ])
        let lines = frame.lines(ScreenSize(rows: 30, columns: 80)).map(\.text)
        #expect(lines.contains("Request id-29"))
        #expect(lines.contains("label      job=夜间"))
        #expect(lines.contains { $0.hasPrefix("+5 ms  retry  大模型/甲  llmgw.upstream.overloaded") })
    }

    @Test("Programs get every figure with its unit")
    func json() throws {
        var writer = JSONWriter(capacity: 1024)
        writer.top(frame().history, sample)
        let text = String(decoding: writer.bytes, as: UTF8.self)
        for part in [
            #""requests_per_second":4.0"#, #""model":"大模型","provider":"上游","requests_per_second":4.0"#,
            #""age_us":29000000"#,
            #""costs_today":[{"micros":1500000,"currency":"EUR"}]"#, #""missing":[]"#,
        ] {
            #expect(text.contains(part), "\(part)")
        }
    }
}

extension String {
    fileprivate func range(of word: String) -> String.Index {
        ranges(of: word).first?.lowerBound ?? endIndex
    }

    /// A word begins in this cell: something stands in it, and nothing in the two before.
    fileprivate func startsAWord(at cell: Int) -> Bool {
        var used = 0
        var before = ""
        for character in self {
            if used == cell { return character != " " && before.hasSuffix("  ") }
            used += Cells.width(String(character))
            before.append(character)
        }
        return used <= cell
    }
}
