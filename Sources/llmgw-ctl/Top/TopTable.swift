import LLMGWCore

/// One of the tables: what its columns are called, and what they say.
struct TopTable: Sendable {
    struct Column: Sendable {
        let heading: String
        /// For programs, with the unit.
        let key: StaticString
        var isNumber = true
        /// Of no use in part: an id is typed in elsewhere.
        var isWhole = false
    }

    struct Row: Sendable {
        /// What the selection sticks to.
        let id: String
        let cells: [TopCell]

        func matches(_ words: String) -> Bool {
            words.isEmpty || cells.contains { $0.text.lowercased().contains(words.lowercased()) }
        }
    }

    let columns: [Column]
    private(set) var rows: [Row]

    init(_ columns: [Column], _ rows: [Row]) {
        self.columns = columns
        self.rows = rows
    }

    /// Equal rows keep their names' order, so that nothing dances.
    mutating func sort(by order: TopOrder) {
        let column = min(order.column, columns.count - 1)
        rows.sort { a, b in
            if TopCell.precedes(a.cells[column], b.cells[column], descending: order.descending) { return true }
            if TopCell.precedes(b.cells[column], a.cells[column], descending: order.descending) { return false }
            return a.id < b.id
        }
    }

    mutating func filter(_ words: String) {
        rows.removeAll { !$0.matches(words) }
    }
}

/// By which column a table is sorted.
struct TopOrder: Sendable, Hashable {
    var column: Int
    var descending: Bool
}

/// Which table is shown.
enum TopView: Int, CaseIterable, Sendable {
    case requests, models, providers, clients

    var name: String { "\(self)" }

    /// What an operator looks for first: what runs longest, and who asks most.
    var firstOrder: TopOrder {
        switch self {
        case .requests: TopOrder(column: 6, descending: true)
        case .models, .providers, .clients: TopOrder(column: 2, descending: true)
        }
    }
}
