import LLMGWCore

/// What stands on the screen: made of samples, of what a person looks at and of the screen's size, and of nothing else.
struct TopFrame: Sendable {
    var history: TopHistory
    var state = TopState()
    /// Why the daemon does not answer now; nil where it does.
    var trouble: String?
    /// Of the request that is looked at; nil while it is not there, or is not remembered.
    var trace: RequestTrace?

    /// As many lines as the screen has, each within its width.
    func lines(_ size: ScreenSize) -> [ScreenLine] {
        let bottom = footer(size.columns)
        let top = header(size)
        let room = max(0, size.rows - top.count - 1)
        let middle = Array(body(ScreenSize(rows: room, columns: size.columns)).prefix(room))
        let padding = Array(repeating: ScreenLine(""), count: room - middle.count)
        return Array((top + middle + padding + [bottom]).prefix(max(0, size.rows)))
    }

    /// Rows of the table on a screen of this size.
    func page(_ size: ScreenSize) -> Int { max(0, size.rows - header(size).count - 2) }

    /// Everything there is, one table below the other: for scripts.
    func text(columns: Int) -> String {
        guard let sample = history.latest else { return "" }
        var lines = flow([title(sample)] + figures(sample), columns)
        for view in TopView.allCases {
            var table = TopTable(view, history, sample)
            table.sort(by: view.firstOrder)
            let (heading, rows) = table.lines(width: columns, order: nil)
            lines += ["", heading] + (rows.isEmpty ? ["none"] : rows)
        }
        if !sample.missing.isEmpty { lines += [""] + flow(sample.missing.map { "not shown: \($0)" }, columns) }
        return lines.map { $0.trimmingTrailingBlanks + "\n" }.joined()
    }

    // Above the table

    private func header(_ size: ScreenSize) -> [ScreenLine] {
        guard let sample = history.latest else {
            return size.rows > 1 ? [ScreenLine(Cells.clipped("llmgw-ctl top", to: size.columns), .strong)] : []
        }
        // At least half of the screen belongs to the table.
        var lines = [ScreenLine(Cells.clipped(title(sample), to: size.columns), .strong)]
        lines += flow(figures(sample), size.columns).map { ScreenLine($0) }
        if !sample.missing.isEmpty { lines.append(ScreenLine(Cells.clipped(Self.missing(sample), to: size.columns))) }
        lines = Array(lines.prefix(max(0, (size.rows - 1) / 2)))
        if size.rows >= 4 { lines.append(ScreenLine(Cells.clipped(tabs, to: size.columns))) }
        return lines
    }

    private func title(_ sample: TopSample) -> String {
        let status = sample.status
        return Terminal.plainLine(
            "llmgwd \(status.version) \(status.state.rawValue), up \(status.uptime.short)"
                + (state.isPaused ? ", refresh paused" : ""))
    }

    private func figures(_ sample: TopSample) -> [String] {
        let f = TopFigures(history, sample)
        var items = [
            "in flight \(f.inFlight)", "waiting \(f.waiting)" + (f.oldest.map { " for up to \($0.short)" } ?? ""),
            "requests/s \((f.requestsPerSecond?.oneDecimal).orDash)",
            "tokens/s \((f.inputTokensPerSecond?.oneDecimal).orDash) in, \((f.outputTokensPerSecond?.oneDecimal).orDash) out",
        ]
        let first = f.firstToken
        items.append(
            "first token p50 \((first?.p50?.short).orDash), p95 \((first?.p95?.short).orDash)"
                + (first.map { " (\($0.name))" } ?? ""))
        items.append("failed \(f.failed)" + (f.failedShare.map { " (\($0.percent) now)" } ?? ""))
        items.append("cost today \(f.costs.text)")
        items.append("cache hits \((f.hitRate?.percent).orDash)")
        items += sample.status.pauses.map { "paused: \($0.text)" } + sample.status.problems.map { "problem: \($0)" }
        return items.map { Terminal.plainLine($0) }
    }

    private static func missing(_ sample: TopSample) -> String {
        "not shown: \(sample.missing.joined(separator: ", "))"
    }

    private var tabs: String {
        let names = TopView.allCases.map { view in
            view == state.view ? "[\(view.rawValue + 1) \(view.name)]" : " \(view.rawValue + 1) \(view.name) "
        }
        return names.joined(separator: " ")
            + (state.filter.isEmpty ? "" : "   filter: \(Terminal.plainLine(state.filter))")
    }

    /// As many items on a line as fit; none is broken.
    private func flow(_ items: [String], _ width: Int) -> [String] {
        var lines: [String] = []
        for item in items {
            if let line = lines.last, Cells.width(line) + 3 + Cells.width(item) <= width {
                lines[lines.count - 1] = line + "   " + item
            } else {
                lines.append(item)
            }
        }
        return lines.map { Cells.clipped($0, to: width) }
    }

    // The table, or what stands in its place

    private func body(_ size: ScreenSize) -> [ScreenLine] {
        if state.mode == .help { return TopHelp.lines.map { ScreenLine(Cells.clipped($0, to: size.columns)) } }
        guard let sample = history.latest else { return [] }
        if let id = state.detail {
            return TopDetail.lines(id, sample, trace).map { ScreenLine(Cells.clipped($0, to: size.columns)) }
        }
        let table = state.table(history, sample)
        let room = max(0, size.rows - 1)
        let position = state.position(in: table.rows.map(\.id))
        let first = max(0, position - room + 1)
        // Two cells for the mark of the selection.
        let (heading, rows) = table.lines(
            width: max(0, size.columns - 2), order: state.order, first: first, count: room)
        let lines = rows.enumerated().map { index, row in
            let isSelected = first + index == position
            return ScreenLine(
                Cells.clipped((isSelected ? "> " : "  ") + row, to: size.columns), isSelected ? .selected : .plain)
        }
        return [ScreenLine(Cells.clipped("  " + heading, to: size.columns), .strong)] + lines
    }

    private func footer(_ columns: Int) -> ScreenLine {
        if case .question(let id, _) = state.mode {
            return ScreenLine(Cells.clipped("Cancel request \(id)? y: yes, any other key: no", to: columns), .strong)
        }
        if state.mode == .filter {
            return ScreenLine(Cells.clipped("Filter: \(Terminal.plainLine(state.filter))_", to: columns), .strong)
        }
        if let notice = state.notice {
            return ScreenLine(Cells.clipped(Terminal.plainLine(notice), to: columns), .strong)
        }
        if let trouble {
            return ScreenLine(
                Cells.clipped(Terminal.plainLine("no answer, trying again: \(trouble)"), to: columns), .strong)
        }
        let keys =
            state.detail == nil
            ? "?: help  /: filter  s: sort  enter: detail  c: cancel  p: pause  q: quit"
            : "esc: back  c: cancel  q: quit"
        return ScreenLine(Cells.clipped(keys, to: columns))
    }
}

extension String {
    fileprivate var trimmingTrailingBlanks: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
