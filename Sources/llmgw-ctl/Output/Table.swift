/// Columns for people. Widths count terminal cells, because names and labels may be Chinese.
struct Table {
    private let headings: [String]
    private var rows: [[String]] = []

    init(_ headings: String...) {
        self.init(headings)
    }

    init(_ headings: [String]) {
        self.headings = headings
    }

    mutating func add(_ cells: String...) { add(cells) }

    mutating func add(_ cells: [String]) {
        precondition(cells.count == headings.count, "a row has as many cells as the table has columns")
        rows.append(cells.map { Terminal.oneLine($0) })
    }

    var text: String {
        var widths = headings.map { Cells.width($0) }
        for row in rows {
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], Cells.width(cell)) }
        }
        let lines = [Terminal.bold(Self.line(headings, widths))] + rows.map { Self.line($0, widths) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            line += cell
            guard column < cells.count - 1 else { break }
            line += String(repeating: " ", count: widths[column] - Cells.width(cell) + 2)
        }
        return line
    }
}
