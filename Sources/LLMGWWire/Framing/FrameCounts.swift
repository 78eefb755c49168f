/// How many frames went one way, by their types, and their bytes with headers.
public struct FrameCounts: Sendable {
    private static let places = 0x23

    /// By a type's raw value: the gaps take less than finding a denser place would cost each frame.
    private var counts = InlineArray<0x23, UInt64>(repeating: 0)
    public private(set) var bytes: UInt64 = 0

    public init() {}

    public subscript(type: FrameType) -> UInt64 { counts[Int(type.rawValue)] }

    mutating func note(_ type: FrameType, length: Int) {
        counts[Int(type.rawValue)] += 1
        bytes += UInt64(FrameHeader.size + length)
    }

    /// A frame as `OutboundQueue` hands it out: what has no header begins with it.
    public mutating func note(_ header: FrameHeader?, _ payload: ArraySlice<UInt8>) {
        if let header { return note(header.type, length: header.length) }
        guard payload.count >= FrameHeader.size, let type = FrameType(rawValue: payload[payload.startIndex + 4]) else {
            preconditionFailure("a frame without a header was queued")
        }
        note(type, length: payload.count - FrameHeader.size)
    }

    public static func += (sum: inout FrameCounts, other: FrameCounts) {
        for place in 0..<places { sum.counts[place] += other.counts[place] }
        sum.bytes += other.bytes
    }
}
