import LLMGWCore
import LLMGWTransport

/// The daemon that is to take over, as the present one sees it.
@GatewayLoop
final class Successor {
    enum News: Equatable {
        case prepared(version: String)
        case ready
        case refused([String])
        case ended
        case tookTooLong
        /// This daemon was told to end meanwhile.
        case abandoned
    }

    let handle: any SuccessorHandle
    private let lines: LineChannel
    private let scheduler: any LoopScheduler
    private var unheard: [News] = []
    private var listener: CheckedContinuation<News, Never>?
    private(set) lazy var quota = QuotaSuccession { [lines] in lines.send($0.encoded) }

    init(_ handle: any SuccessorHandle, _ lines: LineChannel, scheduler: any LoopScheduler) {
        self.handle = handle
        self.lines = lines
        self.scheduler = scheduler
        lines.onLine = { [weak self] line in
            if let message = SuccessionMessage(line) { self?.heard(message) }
        }
        lines.onEnd = { [weak self] in
            self?.quota.closed()
            self?.note(.ended)
        }
        lines.start()
    }

    func send(_ message: SuccessionMessage) { lines.send(message.encoded) }

    /// What it says next.
    func next(until deadline: MonotonicInstant) async -> News {
        if !unheard.isEmpty { return unheard.removeFirst() }
        let timer = scheduler.schedule(at: deadline) { [weak self] in self?.note(.tookTooLong) }
        defer { timer.cancel() }
        return await withCheckedContinuation { listener = $0 }
    }

    func abandon() { note(.abandoned) }

    /// After what was sent.
    func close() async { await lines.finish() }

    private func heard(_ message: SuccessionMessage) {
        switch message {
        case .prepared(let version): note(.prepared(version: version))
        case .ready: note(.ready)
        case .refused(let problems): note(.refused(problems))
        case .granted(let number): quota.answered(number, .granted)
        case .wait(let number, let time): quota.answered(number, .wait(time))
        case .denied(let number): quota.answered(number, .denied)
        case .reservation, .spending, .pause, .take, .go, .ask, .dispatched, .settle, .spent, .usage:
            break  // It is not for a successor to say that.
        }
    }

    private func note(_ news: News) {
        guard let listener else { return unheard.append(news) }
        self.listener = nil
        listener.resume(returning: news)
    }
}
