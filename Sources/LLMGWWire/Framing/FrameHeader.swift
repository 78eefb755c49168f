/// The 16 bytes before every payload. PROTOCOL.md, "Framing".
public struct FrameHeader: Sendable, Hashable {
    public static let size = 16
    /// No receiver can allow more than this, because `length` is below 2^24.
    public static let lengthLimit = 1 << 24
    static let moreFlag: UInt8 = 0x01

    public var type: FrameType
    public var flags: UInt8
    public var method: UInt16
    public var stream: UInt32
    public var length: Int

    public init(_ type: FrameType, stream: UInt32 = 0, length: Int, more: Bool = false, method: UInt16 = 0) {
        self.type = type
        self.flags = more ? Self.moreFlag : 0
        self.method = method
        self.stream = stream
        self.length = length
    }

    /// The message goes on in this stream's next frame of the same type.
    public var more: Bool { flags & Self.moreFlag != 0 }

    /// Writes the header, big-endian, through `put`.
    public func write(_ put: (UInt32) -> Void) {
        put(UInt32(length))
        put(UInt32(type.rawValue) << 24 | UInt32(flags) << 16 | UInt32(method))
        put(stream)
        put(0)
    }

    /// A complete frame, for the few that are built one by one.
    public static func frame(
        _ type: FrameType, stream: UInt32 = 0, more: Bool = false, method: UInt16 = 0, payload: [UInt8] = []
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size + payload.count)
        FrameHeader(type, stream: stream, length: payload.count, more: more, method: method).write { word in
            withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
        }
        bytes.append(contentsOf: payload)
        return bytes
    }
}
