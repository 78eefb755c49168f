import CPlatform

/// Text measured in the cells of a terminal, because names and labels may be Chinese. The widths are those of the locale, which `EntryPoint` sets.
enum Cells {
    static func width(_ text: some StringProtocol) -> Int {
        text.unicodeScalars.reduce(0) { $0 + max(0, Int(cplatform_cell_width($1.value))) }
    }

    /// At most `limit` cells, "…" in place of what was cut off.
    static func clipped(_ text: String, to limit: Int) -> String {
        guard width(text) > limit else { return text }
        guard limit > 0 else { return "" }
        var kept = ""
        var used = 0
        for character in text {
            let cells = width(String(character))
            guard used + cells < limit else { break }
            kept.append(character)
            used += cells
        }
        return kept + "…"
    }

    enum Side {
        case left, right
    }

    /// Exactly `width` cells, the text at one side of them.
    static func fitted(_ text: String, to width: Int, at side: Side = .left) -> String {
        let clipped = clipped(text, to: width)
        let padding = String(repeating: " ", count: max(0, width - self.width(clipped)))
        return side == .left ? clipped + padding : padding + clipped
    }
}
