internal import CLLMGWProto
public import LLMGWCore

/// In which format metrics are asked for.
public struct MetricsQuery: Sendable, Hashable {
    /// Nil means `prometheus`.
    public var format: MetricsFormat?

    public init(
        format: MetricsFormat? = nil
    ) {
        self.format = format
    }
}

extension MetricsQuery: StructConvertible {
    init(_ c: Llmgw__V1__GetMetricsRequest, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            format: try choice(c.has_format, c.format.rawValue, path() + "format"))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__GetMetricsRequest>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_format, &c.pointee.format, format.map { Llmgw__V1__MetricsFormat(rawValue: $0.rawValue) })
    }
}

extension MetricsText: StructConvertible {
    init(_ c: Llmgw__V1__GetMetricsReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            contentType: try name(c.content_type, path() + "content_type") ?? "",
            text: try LLMGWWire.text(c.has_text, c.text, path() + "text") ?? "")
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__GetMetricsReply>, _ arena: ProtobufArena) {
        c.pointee.content_type = arena.string(contentType)
        if !text.isEmpty { assign(&c.pointee.has_text, &c.pointee.text, arena.bytes(text)) }
    }
}
