import LLMGWCore

/// Who may go, one request at a time.
extension AdmissionController {
    func accounts(of request: AdmissionRequest) -> [QuotaBook.AccountID] {
        let shared = queues[request.lane.queue].lanes[request.lane.lane].accounts
        return request.accounts.isEmpty ? shared : shared + request.accounts
    }

    mutating func tooLarge(
        _ request: AdmissionRequest, _ metric: QuotaMetric, _ limit: Int, _ now: MonotonicInstant
    ) -> AdmissionRefusal {
        let scope = book.scopeRefusing(request.demand, in: accounts(of: request), now: now)
        return .tooLarge(scope ?? .provider(queues[request.lane.queue].name), metric, limit: limit)
    }

    /// Why a request may not even wait.
    func refusal(of request: AdmissionRequest, now: MonotonicInstant) -> AdmissionRefusal? {
        let queue = queues[request.lane.queue]
        // Who was admitted before does not lose its turn to a full queue.
        if !request.isRepeat {
            if queue.waiting(client: request.client.index) >= request.maxWaiting {
                return .clientQueueFull(limit: request.maxWaiting)
            }
            if queue.fair.count >= queue.maxWaiting { return .queueFull(limit: queue.maxWaiting) }
        }
        // How long places are held is no certainty: it is told, and nobody is refused for it.
        let start = expected(request, after: queue.ahead(of: request), hold: .zero, now: now)
        return start > request.latestStart ? .tooLate(retryAfter: start - now) : nil
    }

    func expected(
        _ request: AdmissionRequest, after ahead: Int, hold: Duration, now: MonotonicInstant
    ) -> MonotonicInstant {
        let queue = queues[request.lane.queue]
        let shared = book.projected(
            request.demand, after: ahead, like: queue.typicalDemand, hold: hold,
            in: queue.lanes[request.lane.lane].accounts, now: now)
        let own = book.projected(
            request.demand, after: min(ahead, queue.waiting(client: request.client.index)), like: queue.typicalDemand,
            hold: hold, in: request.accounts, now: now)
        return max(shared, own)
    }

    mutating func grant(_ request: AdmissionRequest, now: MonotonicInstant) -> AdmissionGrant {
        let own =
            request.accounts.isEmpty ? nil : book.reserve(request.demand, in: request.accounts, now: now)
        let shared = queues[request.lane.queue].lanes[request.lane.lane].accounts
        return AdmissionGrant(
            request: own, attempt: book.reserve(request.demand, in: shared, now: now), client: request.client,
            lane: request.lane, demand: request.demand, granted: now)
    }

    enum Verdict {
        case admit
        case refuse(AdmissionRefusal)
        /// Nobody of the lane can go.
        case laneBlocked(until: MonotonicInstant)
        /// A smaller one of the lane might go.
        case tooLargeNow(until: MonotonicInstant)
        /// Its client may not.
        case park(until: MonotonicInstant)
        /// Its client may not, but might with a smaller one.
        case tooLargeForClient(until: MonotonicInstant)
        /// It would break a promise.
        case yields
    }

    mutating func judge(_ request: AdmissionRequest, _ now: MonotonicInstant) -> Verdict {
        let queue = request.lane.queue
        findSpare(request, now)
        if queues[queue].mustYield(request.demand, lane: request.lane.lane, band: request.priority.band) {
            return .yields
        }
        let shared = queues[queue].lanes[request.lane.lane].accounts
        let lane = book.fit(request.demand, in: shared, now: now)
        switch lane {
        case .never(let metric, let limit): return .refuse(tooLarge(request, metric, limit, now))
        case .onRelease: return .laneBlocked(until: .distantFuture)
        case .at(let instant, _) where !lane.dependsOnSize: return .laneBlocked(until: instant)
        // Whether its client lets it go matters only if it would get the promise.
        case .at(let instant, _) where queues[queue].claim != nil: return .tooLargeNow(until: instant)
        case .at, .now: break
        }
        let own = request.accounts.isEmpty ? .now : book.fit(request.demand, in: request.accounts, now: now)
        switch own {
        case .never(let metric, let limit): return .refuse(tooLarge(request, metric, limit, now))
        case .onRelease: return .park(until: .distantFuture)
        case .at(let instant, _): return own.dependsOnSize ? .tooLargeForClient(until: instant) : .park(until: instant)
        case .now: break
        }
        if case .at(let instant, _) = lane { return .tooLargeNow(until: instant) }
        if let claim = queues[queue].claim, claim.band <= request.priority.band {
            let common = common(request.lane, claim)
            guard
                book.leavesRoom(for: claim.demand, at: claim.instant, beside: request.demand, in: common, now: now)
            else { return .yields }
        }
        return .admit
    }

    private func common(_ lane: LaneID, _ claim: ProviderQueue.Claim) -> [QuotaBook.AccountID] {
        let lanes = queues[lane.queue].lanes
        guard lane.lane != claim.lane else { return lanes[lane.lane].accounts }
        return lanes[lane.lane].accounts.filter { lanes[claim.lane].accounts.contains($0) }
    }

    /// Once for a promise and a lane: from then on it costs next to nothing to see that a request breaks it.
    private mutating func findSpare(_ request: AdmissionRequest, _ now: MonotonicInstant) {
        let lane = request.lane
        guard let claim = queues[lane.queue].claim, queues[lane.queue].lanes[lane.lane].spare == nil else { return }
        let accounts = common(lane, claim)
        let spare = book.spare(beside: claim.demand, at: claim.instant, in: accounts, now: now)
        queues[lane.queue].note(spare, of: lane.lane)
    }

    /// A request comes while others wait in vain: it alone can be new.
    mutating func tryNewcomer(
        _ ticket: FairQueue<WaitingRequest>.Ticket, isFirst: Bool, _ queue: Int, now: MonotonicInstant
    ) -> AdmissionGrant? {
        guard !queues[queue].mayMove(now: now), let waiting = queues[queue].fair[ticket] else { return nil }
        guard isFirst else {
            let head = queues[queue].fair.head(of: queues[queue].fair.flow(of: ticket)).payload.request
            return mayPass(head, waiting.request, now) ? admit(ticket, waiting.request, queue, now) : nil
        }
        switch judge(waiting.request, now) {
        case .admit: return admit(ticket, waiting.request, queue, now)
        case .laneBlocked(let instant), .tooLargeNow(let instant): queues[queue].block(until: instant)
        case .park(let instant), .tooLargeForClient(let instant):
            queues[queue].park(queues[queue].fair.flow(of: ticket), until: instant)
        case .yields, .refuse: break
        }
        return nil
    }

    mutating func admit(
        _ ticket: FairQueue<WaitingRequest>.Ticket, _ request: AdmissionRequest, _ queue: Int, _ now: MonotonicInstant
    ) -> AdmissionGrant {
        queues[queue].served(ticket, request)
        _ = queues[queue].remove(ticket)
        return grant(request, now: now)
    }

    mutating func scan(_ queue: Int, now: MonotonicInstant) -> Action? {
        queues[queue].beginScan(now: now)
        var isFirst = true
        for band in queues[queue].bandOrder where queues[queue].fair.waiting[band] > 0 {
            queues[queue].beginBand(isFirst: isFirst)
            isFirst = false
            while let flow = queues[queue].candidate(band: band) {
                let (ticket, waiting) = queues[queue].fair.head(of: flow.flow)
                switch judge(waiting.request, now) {
                case .admit: return go(ticket, waiting.request, queue, now)
                case .refuse(let refusal):
                    _ = queues[queue].remove(ticket)
                    queues[queue].touch()
                    return .refuse(WaitingTicket(queue: queue, ticket: ticket), refusal)
                case .laneBlocked(let instant): queues[queue].closeLane(flow.lane, until: instant)
                case .tooLargeNow(let instant):
                    queues[queue].promise(waiting.request, at: instant)
                    queues[queue].skip(flow.lane, ticket)
                case .park(let instant): queues[queue].park(flow.flow, until: instant)
                case .tooLargeForClient(let instant):
                    queues[queue].park(flow.flow, until: instant, passing: ticket)
                case .yields: queues[queue].skip(flow.lane, ticket)
                }
            }
            if let action = smaller(queue, now) { return action }
        }
        return nil
    }

    mutating func go(
        _ ticket: FairQueue<WaitingRequest>.Ticket, _ request: AdmissionRequest, _ queue: Int, _ now: MonotonicInstant
    ) -> Action {
        let grant = admit(ticket, request, queue, now)
        queues[queue].touch()
        return .admit(WaitingTicket(queue: queue, ticket: ticket), grant)
    }
}
