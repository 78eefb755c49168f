/// How reloads of the configuration went.
struct ReloadFigures {
    private(set) var applied: UInt64 = 0
    private(set) var refused: UInt64 = 0
    private(set) var lastWasRefused = false
    /// When the configuration in force was read, in milliseconds since 1970.
    private(set) var lastRead: Int64

    init(readAt milliseconds: Int64) {
        lastRead = milliseconds
    }

    mutating func noteApplied(at milliseconds: Int64) {
        applied += 1
        lastWasRefused = false
        lastRead = milliseconds
    }

    mutating func noteRefused() {
        refused += 1
        lastWasRefused = true
    }
}
