internal import CLLMGWProto

/// A value that travels as a protobuf message.
public protocol WireMessage {
    /// Serialises the value, with the help of the codec's memory.
    func encode(with codec: MessageCodec) -> [UInt8]

    /// Reads the value. Throws if the bytes are not this message, or text in it is not UTF-8.
    static func decode(_ bytes: UnsafeRawBufferPointer, with codec: MessageCodec) throws(MessageError) -> Self
}

extension WireMessage {
    public static func decode(_ bytes: [UInt8], with codec: MessageCodec) throws(MessageError) -> Self {
        try bytes.withUnsafeBufferPointer { bytes throws(MessageError) in
            try decode(UnsafeRawBufferPointer(bytes), with: codec)
        }
    }
}

/// The bytes are not the message they ought to be.
public struct MessageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The field, as in "messages[3].text"; nil where the whole is not decodable.
    public var field: String?
    public var problem: String

    init(_ field: String? = nil, _ problem: String) {
        self.field = field
        self.problem = problem
    }

    public var description: String { field.map { "\($0): \(problem)" } ?? problem }
}

/// A struct that protoc-c generated.
protocol ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>)
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>?
}

/// How a value and its C struct become each other. Pointers of the struct are valid only while the conversion runs.
protocol StructConvertible: WireMessage {
    associatedtype Struct: ProtobufCStruct

    /// `path` is the field's place for error messages: empty, or ending in a dot.
    init(_ c: Struct, at path: @autoclosure () -> String) throws(MessageError)
    func fill(_ c: UnsafeMutablePointer<Struct>, _ arena: ProtobufArena)
}

extension StructConvertible {
    public func encode(with codec: MessageCodec) -> [UInt8] { codec.pack(self) }

    public static func decode(_ bytes: UnsafeRawBufferPointer, with codec: MessageCodec) throws(MessageError) -> Self {
        try codec.unpack(bytes)
    }
}
