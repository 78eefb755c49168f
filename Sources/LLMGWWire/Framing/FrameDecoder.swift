/// Cuts a byte stream into frames, however it arrives.
///
/// Frames that lie whole in the given bytes are handed on without being copied. Memory: at most one frame. After a
/// violation it must not be used any more.
public struct FrameDecoder: Sendable {
    /// What to do with a REQUEST longer than the limit: the daemon can refuse the one call and go on.
    public enum OversizedRequest: Sendable {
        case fatal
        case skip
    }

    /// What comes out: a frame, or the header of a REQUEST whose payload is being skipped.
    public enum Kind: Sendable {
        case frame
        case skipped
    }

    /// Largest payload, bytes.
    public var maxFrame: Int
    /// Largest payload of the first frame, where that is another; nil once it has come.
    private var firstFrameLimit: Int?
    private let oversizedRequest: OversizedRequest
    /// The beginning of a frame that has not arrived whole.
    private var pending: [UInt8] = []
    /// Bytes of a skipped payload that are still to come.
    private var skipping = 0

    public init(maxFrame: Int, firstFrameLimit: Int? = nil, oversizedRequest: OversizedRequest = .fatal) {
        self.maxFrame = maxFrame
        self.firstFrameLimit = firstFrameLimit
        self.oversizedRequest = oversizedRequest
    }

    public typealias Handler = (Kind, FrameHeader, UnsafeRawBufferPointer) throws(ProtocolViolation) -> Void

    /// Takes the next bytes and calls `handle` for every frame that is complete now. The payload is valid during the
    /// call only.
    public mutating func decode(_ bytes: UnsafeRawBufferPointer, _ handle: Handler) throws(ProtocolViolation) {
        var rest = bytes
        while true {
            if skipping > 0 {
                let skipped = min(skipping, rest.count)
                skipping -= skipped
                rest = UnsafeRawBufferPointer(rebasing: rest[skipped...])
                if skipping > 0 { return }
            }
            if pending.isEmpty {
                let used = try decodeWhole(rest, handle)
                rest = UnsafeRawBufferPointer(rebasing: rest[used...])
                if skipping > 0 { continue }
                pending.append(contentsOf: rest)
                return
            }
            guard try fillPending(from: &rest, handle) else { return }
        }
    }

    /// Frames that lie whole at the beginning of `bytes`; returns how many bytes were used.
    private mutating func decodeWhole(
        _ bytes: UnsafeRawBufferPointer, _ handle: Handler
    ) throws(ProtocolViolation) -> Int {
        var used = 0
        while bytes.count - used >= FrameHeader.size {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[used...])
            guard let header = try parse(rest) else {
                used += try skipOrWait(rest, handle)
                if skipping > 0 { return used }
                if bytes.count - used < FrameHeader.size { break }
                continue
            }
            let size = FrameHeader.size + header.length
            guard rest.count >= size else { break }
            firstFrameLimit = nil
            try handle(.frame, header, UnsafeRawBufferPointer(rebasing: rest[FrameHeader.size..<size]))
            used += size
        }
        return used
    }

    /// Completes the frame that `pending` begins. False if more bytes are needed.
    private mutating func fillPending(
        from rest: inout UnsafeRawBufferPointer, _ handle: Handler
    ) throws(ProtocolViolation) -> Bool {
        if pending.count < FrameHeader.size {
            take(FrameHeader.size - pending.count, from: &rest)
            if pending.count < FrameHeader.size { return false }
        }
        let header = try pending.withUnsafeBufferPointer { bytes throws(ProtocolViolation) in
            try parse(UnsafeRawBufferPointer(bytes))
        }
        guard let header else {
            let frame = pending
            pending = []
            try frame.withUnsafeBufferPointer { bytes throws(ProtocolViolation) in
                _ = try skipOrWait(UnsafeRawBufferPointer(bytes), handle)
            }
            return true
        }
        take(FrameHeader.size + header.length - pending.count, from: &rest)
        if pending.count < FrameHeader.size + header.length { return false }
        let frame = pending
        pending = []
        firstFrameLimit = nil
        try frame.withUnsafeBufferPointer { bytes throws(ProtocolViolation) in
            try handle(
                .frame, header, UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[FrameHeader.size...])))
        }
        return true
    }

    private mutating func take(_ count: Int, from rest: inout UnsafeRawBufferPointer) {
        let taken = min(count, rest.count)
        pending.append(contentsOf: rest[..<taken])
        rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
    }

    /// Judges a header, in the order that PROTOCOL.md gives. Nil for a frame whose payload is to be skipped.
    private func parse(_ bytes: UnsafeRawBufferPointer) throws(ProtocolViolation) -> FrameHeader? {
        func word(_ offset: Int) -> UInt32 {
            UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        let length = word(0)
        let limit = UInt32(firstFrameLimit ?? maxFrame)
        let typeByte = bytes[4]
        let isRequest = typeByte == FrameType.request.rawValue
        let refusable = isRequest && oversizedRequest == .skip && length < UInt32(FrameHeader.lengthLimit)
        if length > limit, !refusable { throw .frameTooLarge }
        if word(12) != 0 { throw .reservedNotZero }
        if FrameType.isAncillary(typeByte) { return nil }
        guard let type = FrameType(rawValue: typeByte) else { throw .unknownFrameType }
        let method = UInt16(truncatingIfNeeded: word(4))
        if method != 0, type != .request { throw .methodNotZero }
        if length > limit { return nil }
        var header = FrameHeader(type, stream: word(8), length: Int(length), method: method)
        header.flags = bytes[5]
        return header
    }

    /// Begins to skip the payload of an ancillary frame or of an oversized REQUEST; returns the header's size.
    private mutating func skipOrWait(
        _ bytes: UnsafeRawBufferPointer, _ handle: Handler
    ) throws(ProtocolViolation) -> Int {
        let length = Int(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
        skipping = length
        if !FrameType.isAncillary(bytes[4]) {
            let methodAndFlags = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
            let stream = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
            var header = FrameHeader(
                .request, stream: stream, length: length, method: UInt16(truncatingIfNeeded: methodAndFlags))
            header.flags = bytes[5]
            try handle(.skipped, header, UnsafeRawBufferPointer(start: nil, count: 0))
        }
        return FrameHeader.size
    }
}
