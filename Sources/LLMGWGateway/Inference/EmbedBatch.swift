import LLMGWCore
import LLMGWPolicy

/// A caller whose inputs wait in a merged call, or travel in one.
@GatewayLoop
final class EmbedMember {
    enum Outcome {
        case share(EmbedReply)
        case failed(GatewayError)
        /// The merged call was refused, perhaps because of another member's input.
        case runAlone
    }

    let request: EmbedRequest
    let options: CallOptions
    let execution: Execution
    let trace: TraceRecorder
    /// The call it travels in; nil while it waits.
    weak var batch: EmbedBatch?
    private var settled: Outcome?
    private var continuation: CheckedContinuation<Outcome, Never>?

    init(request: EmbedRequest, options: CallOptions, execution: Execution, trace: TraceRecorder) {
        self.request = request
        self.options = options
        self.execution = execution
        self.trace = trace
    }

    var isSettled: Bool { settled != nil }

    func outcome() async -> Outcome {
        if let settled { return settled }
        return await withCheckedContinuation { continuation = $0 }
    }

    /// The first outcome counts.
    func settle(_ outcome: Outcome) {
        guard settled == nil else { return }
        settled = outcome
        continuation?.resume(returning: outcome)
        continuation = nil
        batch?.memberSettled()
    }
}

/// One upstream call for several callers.
@GatewayLoop
final class EmbedBatch {
    let members: [EmbedMember]
    /// Set once the call runs.
    var execution: Execution?

    init(members: [EmbedMember]) {
        self.members = members
        for member in members { member.batch = self }
    }

    /// With the last member the reason for the call is gone.
    func memberSettled() {
        guard members.allSatisfy(\.isSettled) else { return }
        execution?.cancel(GatewayError(.cancelled, "all callers of the merged call have left"))
    }

    /// Gives every member the vectors of its own inputs, and its share of the tokens and of the cost.
    ///
    /// Returns those who left meanwhile: what they asked for was billed all the same.
    func share(_ reply: EmbedReply, among live: [EmbedMember], now: MonotonicInstant) -> [EmbedMember] {
        let bytes = live.map { $0.request.inputs.reduce(0) { $0 + $1.utf8.count } }
        let usages = reply.usage?.divided(byBytes: bytes)
        let costs = reply.info.cost?.divided(byBytes: bytes)
        let estimates = execution?.spending.estimate?.divided(byBytes: bytes)
        let gone = live.filter(\.isSettled)
        var first = 0
        for (index, member) in live.enumerated() {
            let last = first + member.request.inputs.count
            var info = reply.info
            info.requestID = member.execution.requestID.description
            info.cost = costs?[index]
            if var latency = info.latency {
                // The wait for company is part of this member's queueing.
                let total = now - member.execution.started
                latency.queue += max(.zero, total - latency.total)
                latency.total = total
                info.latency = latency
            }
            member.execution.attempts = reply.info.attempts
            member.execution.spending.add(
                costs.map { [$0[index]] }, estimate: estimates?[index], at: reply.info.provider ?? "")
            member.settle(
                .share(
                    EmbedReply(
                        embeddings: Array(reply.embeddings[first..<last]), usage: usages?[index], info: info,
                        mergedCalls: UInt32(live.count))))
            first = last
        }
        return gone
    }

    /// An upstream that refuses the request's content refuses it for one member's sake: the others must not suffer.
    ///
    /// Returns the member that pays for what was billed nevertheless, if it has left meanwhile.
    func fail(_ error: GatewayError, _ live: [EmbedMember]) -> EmbedMember? {
        let refused = [.upstreamInvalidRequest, .contextLengthExceeded, .requestTooLarge, .contentFiltered]
            .contains(error.reason)
        var error = error
        // What an upstream says can repeat what another caller has sent.
        if live.count > 1, error.origin == .upstream {
            error.message = "the upstream failed at a call that carried the inputs of \(live.count) callers"
        }
        let payer = live.first { !$0.isSettled } ?? live.first
        let isGone = payer?.isSettled ?? false
        if let execution { payer?.execution.spending = execution.spending }
        for member in live {
            member.execution.attempts += error.attempts
            member.settle(refused && live.count > 1 ? .runAlone : .failed(error))
        }
        return isGone ? payer : nil
    }
}
