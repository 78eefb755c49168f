import LLMGWCore
import LLMGWPolicy

/// What there is in a history.
extension QuotaWorld {
    struct Attempt {
        var request: AdmissionRequest
        /// The grant that paid for the client's part.
        var first: AdmissionGrant?
        var number: Int
        var attempts = 0
    }

    enum Event {
        case arrival
        case leave(WaitingTicket)
        case dispatch(Int, AdmissionGrant, life: Int)
        case end(Int, AdmissionGrant, Attempt, life: Int)
        case lower(requests: Int, tokens: Int)
        /// The upstream's own limit, which its answers tell.
        case change(Int)
        case kill
    }

    /// As the daemon's journal has it.
    struct Kept {
        var scope: QuotaScope
        var metric: QuotaMetric
        var time: Double
        var amount: Int
        var reserved: Int
    }
}
