import LLMGWCore

/// What a person looks at, and what the keys make of it.
///
/// States: the table; typing a filter; the detail of one request; the question whether a request is to be cancelled; help. Terminal: none, `quit` is
/// the session's to act on. Wrong input: a key without a meaning does nothing; a request that is gone cannot be selected any more, and the
/// question about it still gets the daemon's answer.
struct TopState: Sendable {
    enum Mode: Sendable, Hashable {
        case table, filter, help
        case detail(String)
        /// Whether to cancel the request, and what was shown before.
        case question(String, wasDetail: Bool)
    }

    enum Action: Sendable, Hashable {
        case none, quit, suspend
        case cancel(String)
        /// Ask for the trace of the request.
        case explain(String)
    }

    private(set) var mode = Mode.table
    private(set) var view = TopView.requests
    private(set) var filter = ""
    private(set) var isPaused = false
    /// The row's id; nil: the first.
    private(set) var selected: String?
    private var orders: [TopView: TopOrder] = [:]
    /// What became of the last command.
    private(set) var notice: String?

    var order: TopOrder { orders[view] ?? view.firstOrder }

    /// The request that is looked at.
    var detail: String? {
        switch mode {
        case .detail(let id), .question(let id, wasDetail: true): id
        case .table, .filter, .help, .question: nil
        }
    }

    mutating func say(_ notice: String?) { self.notice = notice }

    /// The table as it is shown now.
    func table(_ history: TopHistory, _ sample: TopSample) -> TopTable {
        var table = TopTable(view, history, sample)
        table.filter(filter)
        table.sort(by: order)
        return table
    }

    /// `shown` is what is on the screen; a page has `page` rows.
    mutating func handle(_ key: TerminalKey, shown: TopTable?, page: Int) -> Action {
        notice = nil
        if key == .control("c") { return .quit }
        if key == .control("z") { return .suspend }
        switch mode {
        case .table: return handleInTable(key, shown, page)
        case .filter: type(key)
        case .help: if key == .character("q") { return .quit } else { mode = .table }
        case .detail(let id): return handleInDetail(key, id)
        case .question(let id, let wasDetail):
            mode = wasDetail ? .detail(id) : .table
            if key == .character("y") || key == .character("Y") { return .cancel(id) }
            notice = "not cancelled"
        }
        return .none
    }

    private mutating func handleInTable(_ key: TerminalKey, _ shown: TopTable?, _ page: Int) -> Action {
        let ids = shown?.rows.map(\.id) ?? []
        switch key {
        case .character("q"): return .quit
        case .character("?"), .character("h"): mode = .help
        case .character("/"): mode = .filter
        case .escape: filter = ""
        case .character("p"), .character(" "): isPaused.toggle()
        case .character("s"), .right: sortByNext(of: shown?.columns.count ?? 1, by: 1)
        case .left: sortByNext(of: shown?.columns.count ?? 1, by: -1)
        case .character("r"): orders[view] = TopOrder(column: order.column, descending: !order.descending)
        case .tab: show((view.rawValue + 1) % TopView.allCases.count)
        case .backTab: show((view.rawValue + TopView.allCases.count - 1) % TopView.allCases.count)
        case .character(let digit) where ("1"..."9").contains(digit): show((digit.wholeNumberValue ?? 0) - 1)
        case .up, .character("k"): select(ids, by: -1)
        case .down, .character("j"): select(ids, by: 1)
        case .pageUp: select(ids, by: -max(1, page))
        case .pageDown: select(ids, by: max(1, page))
        case .home, .character("g"): selected = ids.first
        case .end, .character("G"): selected = ids.last
        case .enter:
            guard let id = selectedRequest(ids) else { break }
            mode = .detail(id)
            return .explain(id)
        case .character("c"):
            guard let id = selectedRequest(ids) else { break }
            mode = .question(id, wasDetail: false)
        default: break
        }
        return .none
    }

    private mutating func handleInDetail(_ key: TerminalKey, _ id: String) -> Action {
        switch key {
        case .character("q"): return .quit
        case .character("c"): mode = .question(id, wasDetail: true)
        case .character("p"), .character(" "): isPaused.toggle()
        case .escape, .enter, .backspace, .left: mode = .table
        default: break
        }
        return .none
    }

    private mutating func type(_ key: TerminalKey) {
        switch key {
        case .character(let character): filter.append(character)
        case .backspace: if !filter.isEmpty { filter.removeLast() }
        case .control("u"): filter = ""
        case .enter: mode = .table
        case .escape: (filter, mode) = ("", .table)
        default: break
        }
    }

    private mutating func sortByNext(of columns: Int, by step: Int) {
        let column = (min(order.column, columns - 1) + step + columns) % columns
        orders[view] = TopOrder(column: column, descending: order.descending)
    }

    private mutating func show(_ number: Int) {
        guard let next = TopView(rawValue: number), next != view else { return }
        (view, selected) = (next, nil)
    }

    /// Where the selection is among these; its row may have gone.
    func position(in ids: [String]) -> Int { selected.flatMap { ids.firstIndex(of: $0) } ?? 0 }

    private mutating func select(_ ids: [String], by step: Int) {
        guard !ids.isEmpty else { return }
        selected = ids[max(0, min(ids.count - 1, position(in: ids) + step))]
    }

    private mutating func selectedRequest(_ ids: [String]) -> String? {
        guard view == .requests else {
            notice = "only requests have details and can be cancelled: press 1"
            return nil
        }
        guard !ids.isEmpty else {
            notice = "no request is shown"
            return nil
        }
        selected = ids[position(in: ids)]
        return selected
    }
}
