public import LLMGWCore

/// What the peer did that the protocol forbids. Fatal for the connection.
///
/// The raw values are the words of the test vectors.
public enum ProtocolViolation: String, Error, Sendable, CaseIterable {
    case frameTooLarge = "frame_too_large"
    case reservedNotZero = "reserved_not_zero"
    case unknownFrameType = "unknown_frame_type"
    case methodNotZero = "method_not_zero"
    case wrongSide = "wrong_side"
    case wrongStream = "wrong_stream"
    case wrongSize = "wrong_size"
    case unexpectedFrame = "unexpected_frame"
    case creditOverflow = "credit_overflow"
    case malformedMessage = "malformed_message"
    case wrongPreface = "wrong_preface"
    case otherVersion = "llmgw.protocol.version"
    case tooManyUnreadAnswers = "too_many_unread_answers"
    case tooManyRefusedRequests = "too_many_refused_requests"

    /// What the peer is told.
    public var explanation: String {
        switch self {
        case .frameTooLarge: "a frame or message is larger than the limits of HELLO_OK allow"
        case .reservedNotZero: "the reserved field of a frame header is not 0"
        case .unknownFrameType: "a frame has a type below 0x80 that this version does not know"
        case .methodNotZero: "a frame other than REQUEST has a method number"
        case .wrongSide: "a frame has a type that only the other side sends"
        case .wrongStream: "a frame has a stream number that it cannot have here"
        case .wrongSize: "a frame of fixed size has another size, or a credit of 0"
        case .unexpectedFrame: "a frame came where the protocol does not allow it"
        case .creditOverflow: "the credit of a stream went out of its range"
        case .malformedMessage: "the payload is not the message that the frame carries"
        case .wrongPreface: "the connection did not begin with the preface \"LLGW\""
        case .otherVersion: "the client speaks another major version of the protocol"
        case .tooManyRefusedRequests: "too many requests were refused whose parts are still to come"
        case .tooManyUnreadAnswers: "the client does not read the answers to what it sends"
        }
    }

    /// As the client sees it in ERROR.
    public var reason: ErrorReason { self == .otherVersion ? .protocolVersion : .protocolViolation }
}
