import LLMGWCore
import LLMGWPolicy

/// The desk of a daemon that hands over: it grants nothing by itself any more, so that no limit is used twice.
///
/// Held, while it is not known whether the other daemon gets ready: whoever asks waits. Then either asking (that one grants, also to what still
/// runs here), or over (terminal; it did not get ready). An answer to nobody's question is a race and changes nothing.
@GatewayLoop
final class QuotaSuccession {
    enum Answer: Equatable {
        case granted
        case wait(Duration)
        case denied
    }

    enum State {
        case held, asking, over
    }

    private(set) var state = State.held
    /// Rings when it is not held any more.
    let bell = Doorbell()
    private let send: @GatewayLoop (SuccessionMessage) -> Void
    private var questions: [UInt64: CheckedContinuation<Answer, Never>] = [:]
    private var isClosed = false

    init(send: @escaping @GatewayLoop (SuccessionMessage) -> Void) {
        self.send = send
    }

    func settled(_ state: State) {
        self.state = state
        bell.ring()
    }

    /// What became of what the other daemon was told of.
    func tell(_ message: SuccessionMessage) { send(message) }

    func ask(_ reservations: [HandedReservation], _ spending: HandedSpending?) async -> Answer {
        guard let first = reservations.first, !isClosed else { return .denied }
        return await withCheckedContinuation { continuation in
            // Before it is asked: the answer must find the question.
            questions[first.number] = continuation
            send(.ask(reservations, spending))
        }
    }

    func answered(_ number: UInt64, _ answer: Answer) {
        questions.removeValue(forKey: number)?.resume(returning: answer)
    }

    /// The other daemon has ended.
    func closed() {
        isClosed = true
        let open = questions
        questions = [:]
        for question in open.values { question.resume(returning: .denied) }
    }
}

extension QuotaDesk {
    /// Begins to hand over. Returns what the other daemon has to go on with.
    func handOver(by succession: QuotaSuccession) -> [SuccessionMessage] {
        self.succession = succession
        journal?.handOver()
        return controller.book.openReservations.map { .reservation(HandedReservation($0)) }
            + budgets.reservations.map { reservation, scopes in
                .spending(HandedSpending(number: reservation.number, cost: reservation.cost, scopes: scopes))
            }
    }

    /// The other daemon grants from now on. Who waits here asks it.
    func follow(_ succession: QuotaSuccession) {
        succession.settled(.asking)
        for ticket in waiters.keys { leave(ticket, .success(nil)) }
    }

    /// There is no other daemon after all.
    func takeBack() {
        journal?.takeBack(controller.book)
        let succession = succession
        self.succession = nil
        succession?.settled(.over)
        pump()
    }

    /// Nil where the own desk has to be asked.
    func enter(
        _ request: AdmissionRequest, _ execution: Execution, _ spending: HandedSpending?,
        by succession: QuotaSuccession
    ) async throws(GatewayError) -> AdmissionGrant? {
        let since = scheduler.now
        defer { execution.queueTime += scheduler.now - since }
        while true {
            if succession.state == .held {
                try await execution.pause(until: execution.deadline, orRingOf: succession.bell, scheduler)
            }
            guard scheduler.now < execution.deadline else { throw .deadline(notProcessed: true) }
            guard succession.state == .asking else { return nil }
            let grant = controller.admit(request, now: scheduler.now)
            let asked = [grant.attempt, grant.request].compactMap { $0.flatMap(controller.book.openReservation) }
            let answer = await succession.ask(asked.map { HandedReservation($0) }, spending)
            if answer == .granted, execution.cancellation == nil { return grant }
            settleAttempt(grant, .notSent)
            settleRequest(grant, .notSent)
            try execution.checkCancellation()
            guard case .wait(let time) = answer else {
                var error = GatewayError(.draining, "the daemon that goes on has no place for the request")
                error.notProcessed = true
                throw error
            }
            try await execution.pause(until: min(scheduler.now + time, execution.deadline), scheduler)
        }
    }
}

extension HandedReservation {
    fileprivate init(_ reservation: QuotaBook.OpenReservation) {
        self.init(
            number: reservation.id.number,
            accounts: reservation.accounts.map { HandedAccount(scope: $0.scope, limits: $0.limits) },
            demand: reservation.demand)
    }
}
