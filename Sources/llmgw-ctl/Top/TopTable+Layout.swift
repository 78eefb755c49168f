extension TopTable {
    /// The heading, and `count` rows from `first` on, in lines of at most `width` cells. Texts that are too long give way first, down to
    /// `narrowest` cells; then the last columns.
    func lines(width: Int, order: TopOrder?, first: Int = 0, count: Int = .max) -> (heading: String, rows: [String]) {
        let headings = columns.enumerated().map { index, column in
            guard let order, min(order.column, columns.count - 1) == index else { return column.heading }
            return column.heading + (order.descending ? "↓" : "↑")
        }
        let texts = rows.dropFirst(first).prefix(count).map { $0.cells.map(\.text) }
        let widths = widths(headings, texts, within: width)
        return (line(headings, widths, width), texts.map { line($0, widths, width) })
    }

    private static let narrowest = 8
    private static let gap = 2

    private func widths(_ headings: [String], _ texts: [[String]], within width: Int) -> [Int] {
        var widths = headings.map { Cells.width($0) }
        let least = zip(columns, widths).map { $0.isNumber || $0.isWhole ? Int.max : max($1, Self.narrowest) }
        for cells in texts {
            for (column, cell) in cells.enumerated() { widths[column] = max(widths[column], Cells.width(cell)) }
        }
        var excess = widths.reduce(0, +) + Self.gap * (widths.count - 1) - width
        while excess > 0 {
            // The widest of those that may still shrink gives way, down to the next widest.
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
        for (column, cell) in cells.enumerated() {
            let before = column == 0 ? 0 : Self.gap
            guard column == 0 || used + before + widths[column] <= width else { break }
            line += String(repeating: " ", count: before)
            line += Cells.fitted(cell, to: widths[column], at: columns[column].isNumber ? .right : .left)
            used += before + widths[column]
        }
        return Cells.clipped(line, to: width)
    }
}
