/// What comes in for a call, as the bytes that came.
enum CallEvent: Sendable {
    case chunk(Chunk)
    /// The payload of END.
    case end([UInt8])

    struct Chunk: Sendable {
        var payload: [UInt8]
        /// Bytes to be given back once the program has it.
        var credit: Int
    }
}
