extension TopTable {
    /// The heading, and `count` rows from `first` on, in lines of at most `width` cells. What is too wide gives way in this order: long texts down
    /// to `comfortable` cells, the last columns down to `essential` ones, texts down to `narrowest` cells, all other columns but the first.
    func lines(width: Int, order: TopOrder?, first: Int = 0, count: Int = .max) -> (heading: String, rows: [String]) {
        let headings = columns.enumerated().map { index, column in
            guard let order, min(order.column, columns.count - 1) == index else { return column.heading }
            return column.heading + (order.descending ? "↓" : "↑")
        }
        let texts = rows.dropFirst(first).prefix(count).map { $0.cells.map(\.text) }
        let widths = widths(headings, texts, within: width)
        return (line(headings, widths, width), texts.map { line($0, widths, width) })
    }

    private static let comfortable = 16
    private static let narrowest = 8
    private static let essential = 6
    private static let gap = 2

    /// Of the columns that are shown.
    private func widths(_ headings: [String], _ texts: [[String]], within width: Int) -> [Int] {
        let headings = headings.map { Cells.width($0) }
        var natural = headings
        for cells in texts {
            for (column, cell) in cells.enumerated() { natural[column] = max(natural[column], Cells.width(cell)) }
        }
        func least(_ cells: Int) -> [Int] {
            zip(columns, headings).map { $0.isNumber || $0.isWhole ? .max : max($1, cells) }
        }
        while true {
            let widths = Self.shrunk(natural, to: least(Self.comfortable), within: width)
            if Self.total(widths) <= width { return widths }
            guard natural.count > Self.essential else { break }
            natural.removeLast()
        }
        return Self.shrunk(natural, to: least(Self.narrowest), within: width)
    }

    private static func total(_ widths: [Int]) -> Int { widths.reduce(0, +) + gap * (widths.count - 1) }

    /// The widest of those that may still shrink gives way, down to the next widest.
    private static func shrunk(_ widths: [Int], to least: [Int], within width: Int) -> [Int] {
        var widths = widths
        var excess = total(widths) - width
        while excess > 0 {
            let shrinkable = widths.indices.filter { widths[$0] > least[$0] }.sorted { widths[$0] > widths[$1] }
            guard let widest = shrinkable.first else { break }
            let next = shrinkable.dropFirst().first.map { widths[$0] } ?? 0
            let cut = min(excess, max(1, widths[widest] - max(next, least[widest])))
            widths[widest] -= cut
            excess -= cut
        }
        return widths
    }

    /// Columns that do not fit as a whole are left out, except for the first.
    private func line(_ cells: [String], _ widths: [Int], _ width: Int) -> String {
        var line = ""
        var used = 0
        for (column, (cell, cells)) in zip(cells, widths).enumerated() {
            let before = column == 0 ? 0 : Self.gap
            guard column == 0 || used + before + cells <= width else { break }
            line += String(repeating: " ", count: before)
            line += Cells.fitted(cell, to: cells, at: columns[column].isNumber ? .right : .left)
            used += before + cells
        }
        return Cells.clipped(line, to: width)
    }
}
