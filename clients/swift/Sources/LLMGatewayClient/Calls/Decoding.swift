import LLMGWCore
internal import LLMGWWire

/// Reads a message from the daemon.
func decodeMessage<M: WireMessage>(_ bytes: [UInt8]) throws(GatewayError) -> M {
    do throws(MessageError) {
        return try M.decode(bytes, with: MessageCodec())
    } catch {
        throw GatewayError(.localProtocolViolation, "the daemon's message is not readable: \(error)")
    }
}

/// Reads the method's reply from END; throws the error that END carries instead.
func decodeReply<M: WireMessage>(_ bytes: [UInt8]) throws(GatewayError) -> M {
    let end: EndEnvelope = try decodeMessage(bytes)
    if let error = end.error { throw error }
    return try decodeMessage(end.reply)
}
