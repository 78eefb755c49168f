import LLMGWCore
import Testing

@testable import llmgw_ctl

@Suite("Keys of top")
struct TopStateTests {
    private let sample = Samples.sample(running: [
        Samples.request("a", client: "甲", age: .seconds(1)), Samples.request("b", client: "乙", age: .seconds(2)),
        Samples.request("c", client: "甲", age: .seconds(3)),
    ])
    private var state = TopState()

    private func table(_ state: TopState) -> TopTable { state.table(Samples.history(sample), sample) }

    private mutating func press(_ keys: TerminalKey...) -> TopState.Action {
        var action = TopState.Action.none
        for key in keys { action = state.handle(key, shown: table(state), page: 10) }
        return action
    }

    @Test("The oldest request comes first, and the order can be reversed")
    mutating func order() {
        #expect(table(state).rows.map(\.id) == ["c", "b", "a"])
        #expect(press(.character("r")) == .none)
        #expect(table(state).rows.map(\.id) == ["a", "b", "c"])
        #expect(press(.character("s")) == .none)
        #expect(state.order.column == TopView.requests.firstOrder.column + 1)
    }

    @Test("The filter is what was typed, and narrows while it is typed")
    mutating func filter() {
        _ = press(.character("/"), .character("x"), .backspace, .character("甲"))
        #expect(state.mode == .filter)
        #expect(table(state).rows.map(\.id) == ["c", "a"])
        _ = press(.enter)
        #expect(state.mode == .table)
        #expect(table(state).rows.count == 2)
        _ = press(.escape)
        #expect(table(state).rows.count == 3)
    }

    @Test("Nothing is cancelled without a yes, and it is the request that was selected")
    mutating func cancel() {
        #expect(press(.down, .character("c")) == .none)
        #expect(state.mode == .question("b", wasDetail: false))
        #expect(press(.enter) == .none)
        #expect(state.mode == .table)
        #expect(press(.character("c"), .character("y")) == .cancel("b"))
    }

    @Test("A detail asks for the request's way, and goes back; a question in it returns to it")
    mutating func detail() {
        #expect(press(.end, .enter) == .explain("a"))
        #expect(state.detail == "a")
        #expect(press(.character("c")) == .none)
        #expect(state.detail == "a")
        #expect(press(.character("y")) == .cancel("a"))
        #expect(state.mode == .detail("a"))
        _ = press(.escape)
        #expect(state.mode == .table)
    }

    @Test("Where no request is shown, there is nothing to cancel, and that is said")
    mutating func nothing() {
        _ = press(.character("/"), .character("z"), .enter)
        #expect(press(.character("c")) == .none)
        #expect(state.mode == .table)
        #expect(state.notice == "no request is shown")
        #expect(press(.character("2"), .enter) == .none)
        #expect(state.notice?.contains("only requests") == true)
    }

    @Test("Views go round, selection stays inside, quitting works everywhere")
    mutating func views() {
        _ = press(.character("3"))
        #expect(state.view == .providers)
        _ = press(.tab, .tab)
        #expect(state.view == .requests)
        _ = press(.up, .up, .pageDown, .pageDown)
        #expect(state.selected == "a")
        #expect(press(.character("q")) == .quit)
        #expect(press(.character("?"), .control("c")) == .quit)
        #expect(press(.control("z")) == .suspend)
    }
}
