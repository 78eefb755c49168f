internal import CLLMGWProto

/// Turns values into protobuf messages and back, through protobuf-c, with memory that it keeps for the next message.
///
/// Confined to one thread at a time, like the event loop or the connection that owns it.
public final class MessageCodec {
    let arena = ProtobufArena()

    public init() {}

    func pack<Value: StructConvertible>(_ value: Value) -> [UInt8] {
        arena.scope {
            let message = arena.make(Value.Struct.self)
            value.fill(message, arena)
            return Self.serialise(message)
        }
    }

    static func serialise<C: ProtobufCStruct>(_ message: UnsafeMutablePointer<C>) -> [UInt8] {
        // Every generated struct begins with its ProtobufCMessage.
        let base = UnsafeRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self)
        let size = protobuf_c_message_get_packed_size(base)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = size == 0 ? 0 : protobuf_c_message_pack(base, buffer.baseAddress)
        }
    }

    /// Structs may take this much memory for a message of that size: a real one needs less than ten times its bytes, a hostile one of
    /// two-byte submessages a hundred times.
    private static func memoryLimit(forMessageOf size: Int) -> Int { (1 << 20) + 10 * size }

    func unpack<Value: StructConvertible>(_ bytes: UnsafeRawBufferPointer) throws(MessageError) -> Value {
        try withUnpacked(Value.Struct.self, bytes) { message throws(MessageError) in
            guard let message else {
                throw MessageError(nil, "not a valid message, or too many parts for its size")
            }
            return try Value(message.pointee, at: "")
        }
    }

    /// The message lives as long as `body` runs, which may change it. Nil if the bytes are not such a message.
    func withUnpacked<C: ProtobufCStruct, T, E: Error>(
        _ type: C.Type, _ bytes: UnsafeRawBufferPointer, _ body: (UnsafeMutablePointer<C>?) throws(E) -> T
    ) throws(E) -> T {
        try arena.scope(limit: Self.memoryLimit(forMessageOf: bytes.count)) { () throws(E) -> T in
            var allocator = arena.allocator
            return try body(
                C.unpack(&allocator, bytes.count, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)))
        }
    }
}
