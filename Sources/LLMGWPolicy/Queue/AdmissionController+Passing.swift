import LLMGWCore

/// Smaller requests that go before a larger one of their own flow.
extension AdmissionController {
    /// One behind the first ones of the band, which are too large for now, that may go before its own.
    mutating func smaller(_ queue: Int, _ now: MonotonicInstant) -> Action? {
        for index in queues[queue].passable.indices {
            var place = queues[queue].passable[index]
            guard let head = queues[queue].fair[place]?.request else { continue }
            while let next = queues[queue].behind(place, smallerThan: head) {
                if mayPass(head, next.payload.request, now) { return go(next.ticket, next.payload.request, queue, now) }
                place = next.ticket
            }
        }
        return nil
    }

    /// Whether the request may go, and leaves the first of its flow what that needs at the moment when it can go: its own requests never
    /// delay it, whoever else has the promise.
    mutating func mayPass(_ head: AdmissionRequest, _ request: AdmissionRequest, _ now: MonotonicInstant) -> Bool {
        guard request.demand.isSmaller(than: head.demand), case .admit = judge(request, now) else { return false }
        let shared = queues[head.lane.queue].lanes[head.lane.lane].accounts
        let fit = book.fit(head.demand, in: shared, now: now).and(book.fit(head.demand, in: head.accounts, now: now))
        let moment: MonotonicInstant
        switch fit {
        case .now: moment = now
        case .at(let instant, _): moment = instant
        case .onRelease, .never: return false
        }
        return [shared, head.accounts].allSatisfy {
            book.leavesRoom(for: head.demand, at: moment, beside: request.demand, in: $0, now: now)
        }
    }
}

extension QuotaDemand {
    /// In anything that is limited by size.
    func isSmaller(than other: QuotaDemand) -> Bool {
        inputTokens < other.inputTokens || outputTokens < other.outputTokens
            || (maxTokens ?? 0) < (other.maxTokens ?? 0)
    }
}
