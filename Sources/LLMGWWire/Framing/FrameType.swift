/// What a frame is. PROTOCOL.md, "Framing".
public enum FrameType: UInt8, Sendable, CaseIterable {
    case hello = 0x01
    case helloOK = 0x02
    case error = 0x03
    case request = 0x10
    case head = 0x11
    case data = 0x12
    case end = 0x13
    case cancel = 0x14
    case credit = 0x15
    case ping = 0x20
    case pong = 0x21
    case goAway = 0x22

    /// A receiver that does not know an ancillary type skips the frame; any other unknown type is a violation.
    static func isAncillary(_ byte: UInt8) -> Bool { byte >= 0x80 }
}
