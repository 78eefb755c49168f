internal import CLLMGWProto
internal import LLMGWCore

extension FinishReason {
    /// Nil where the upstream has not said (yet).
    init?(
        _ has: protobuf_c_boolean, _ wire: Llmgw__V1__FinishReason, _ detail: UnsafeMutablePointer<CChar>?,
        _ path: @autoclosure () -> String
    ) throws(MessageError) {
        guard has != 0 else { return nil }
        switch wire {
        case LLMGW__V1__FINISH_REASON__FINISH_REASON_STOP: self = .stop
        case LLMGW__V1__FINISH_REASON__FINISH_REASON_LENGTH: self = .length
        case LLMGW__V1__FINISH_REASON__FINISH_REASON_TOOL_CALLS: self = .toolCalls
        case LLMGW__V1__FINISH_REASON__FINISH_REASON_CONTENT_FILTER: self = .contentFilter
        default: self = .other(try name(detail, path()) ?? "")
        }
    }

    var wire: (Llmgw__V1__FinishReason, detail: String?) {
        switch self {
        case .stop: (LLMGW__V1__FINISH_REASON__FINISH_REASON_STOP, nil)
        case .length: (LLMGW__V1__FINISH_REASON__FINISH_REASON_LENGTH, nil)
        case .toolCalls: (LLMGW__V1__FINISH_REASON__FINISH_REASON_TOOL_CALLS, nil)
        case .contentFilter: (LLMGW__V1__FINISH_REASON__FINISH_REASON_CONTENT_FILTER, nil)
        case .other(let detail): (LLMGW__V1__FINISH_REASON__FINISH_REASON_OTHER, detail)
        }
    }
}
