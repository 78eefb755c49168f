/// What comes in for a call, as the bytes that came.
enum CallEvent: Sendable {
    case chunk([UInt8])
    /// The payload of END.
    case end([UInt8])
}
