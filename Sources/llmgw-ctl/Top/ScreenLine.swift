/// A line of a screen, and how it stands out. Never wider than the screen it was made for.
struct ScreenLine: Sendable, Hashable {
    enum Style: Sendable {
        case plain, strong, selected
    }

    var text: String
    var style = Style.plain

    init(_ text: String, _ style: Style = .plain) {
        self.text = text
        self.style = style
    }
}

/// The size of a screen in cells.
struct ScreenSize: Sendable, Hashable {
    var rows: Int
    var columns: Int
}
