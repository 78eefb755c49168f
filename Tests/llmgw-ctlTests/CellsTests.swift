import Testing

@testable import llmgw_ctl

@Suite("Cells of a terminal")
struct CellsTests {
    init() { precondition(Samples.hasLocale) }

    @Test("Chinese characters take two cells, combining ones none")
    func widths() {
        #expect(Cells.width("abc") == 3)
        #expect(Cells.width("中文") == 4)
        #expect(Cells.width("e\u{301}") == 1)
    }

    @Test("What is cut off never leaves half a character, nor more cells than there are", arguments: 0...9)
    func clipping(limit: Int) {
        for text in ["一二三四", "a中b文c", "plain text", ""] {
            let clipped = Cells.clipped(text, to: limit)
            #expect(Cells.width(clipped) <= limit)
            #expect(Cells.width(text) > limit ? limit == 0 || clipped.hasSuffix("…") : clipped == text)
            #expect(Cells.width(Cells.fitted(text, to: limit, at: .right)) == limit)
        }
    }

    @Test("A cell that a wide character would only half fit stays empty")
    func wideAtTheEdge() {
        #expect(Cells.clipped("中文字", to: 4) == "中…")
        #expect(Cells.fitted("中文字", to: 4) == "中… ")
        #expect(Cells.fitted("7", to: 3, at: .right) == "  7")
    }
}
