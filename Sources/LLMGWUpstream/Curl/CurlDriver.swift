internal import CCurl
internal import CPlatform
import Glibc
public import LLMGWCore
import Synchronization

/// libcurl's multi interface on a thread of its own.
///
/// Commands come in and events go out in batches: one wake-up, and one hop to the gateway loop, for everything that happened in a turn of the
/// poll. libcurl tells which sockets it wants watched (`socket_action`), so that a turn costs what is ready and not what is
/// open.
public final class CurlDriver: HTTPTransport {
    fileprivate enum Command: Sendable {
        case start(TransferID, HTTPRequest, @GatewayLoop ([HTTPEvent]) -> Void)
        case pause(TransferID)
        case resume(TransferID)
        /// The loop has caught up with the transfer.
        case proceed(TransferID)
        case cancel(TransferID)
        case stop(CheckedContinuation<Void, Never>)
    }

    private struct Inbox {
        var commands: [Command] = []
        var isStopped = false
    }

    private let inbox = Mutex(Inbox())
    private let counter = Atomic<UInt64>(0)
    private let wakeDescriptor: CInt

    /// `submit` runs a closure on the gateway loop, in the order of the calls.
    public init(submit: @escaping @Sendable (@escaping @GatewayLoop () -> Void) -> Void) throws(GatewayError) {
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let multi = curl_multi_init() else {
            throw GatewayError(.internalError, "libcurl cannot be initialised")
        }
        let poll = cplatform_poll_create()
        wakeDescriptor = cplatform_wake_create()
        guard poll >= 0, wakeDescriptor >= 0, cplatform_poll_watch(poll, wakeDescriptor, true, false) == 0 else {
            throw GatewayError(
                .internalError, "no descriptors for the upstream thread: \(String(cString: strerror(errno)))")
        }
        let parts = LoopParts(multi: multi, poll: poll)
        let isStarted = DetachedThread.start { [self] in
            let loop = CurlLoop(
                multi: parts.multi, poll: parts.poll, wake: wakeDescriptor, submit: submit,
                proceed: { [self] in send(.proceed($0)) })
            loop.run { takeCommands() }
        }
        guard isStarted else { throw GatewayError(.internalError, "the upstream thread cannot be started") }
    }

    public func start(_ request: HTTPRequest, _ receive: @escaping @GatewayLoop ([HTTPEvent]) -> Void) -> TransferID {
        let id = TransferID(number: counter.wrappingAdd(1, ordering: .relaxed).newValue)
        send(.start(id, request, receive))
        return id
    }

    public func pause(_ id: TransferID) { send(.pause(id)) }
    public func resume(_ id: TransferID) { send(.resume(id)) }
    public func cancel(_ id: TransferID) { send(.cancel(id)) }

    /// Drops what still runs, and ends the thread. Later calls have no effect.
    public func shutdown() async {
        await withCheckedContinuation { continuation in
            let isStopped = inbox.withLock { inbox in
                defer { inbox.isStopped = true }
                if !inbox.isStopped { inbox.commands.append(.stop(continuation)) }
                return inbox.isStopped
            }
            if isStopped { continuation.resume() } else { cplatform_wake(wakeDescriptor) }
        }
    }

    private func send(_ command: Command) {
        // Only the first command of a batch has to wake the thread.
        let wakes = inbox.withLock { inbox in
            guard !inbox.isStopped else { return false }
            inbox.commands.append(command)
            return inbox.commands.count == 1
        }
        if wakes { cplatform_wake(wakeDescriptor) }
    }

    private func takeCommands() -> [Command] {
        inbox.withLock { inbox in
            let commands = inbox.commands
            inbox.commands = []
            return commands
        }
    }

    /// Hands the handles to the thread that owns them from then on.
    private struct LoopParts: @unchecked Sendable {  // Used by one thread after the other, never by two.
        let multi: OpaquePointer
        let poll: CInt
    }
}

/// The driver's thread: everything libcurl does happens here.
private final class CurlLoop {
    private let multi: OpaquePointer
    private let poll: CInt
    private let wake: CInt
    private let submit: @Sendable (@escaping @GatewayLoop () -> Void) -> Void
    private let proceed: @Sendable (TransferID) -> Void
    private var transfers: [TransferID: CurlTransfer] = [:]
    /// Those with something to deliver.
    private var eventful: [CurlTransfer] = []
    /// When libcurl wants to be called, in milliseconds of the monotonic clock.
    private var timerDeadline: MonotonicInstant?
    private var stopped: CheckedContinuation<Void, Never>?

    init(
        multi: OpaquePointer, poll: CInt, wake: CInt,
        submit: @escaping @Sendable (@escaping @GatewayLoop () -> Void) -> Void,
        proceed: @escaping @Sendable (TransferID) -> Void
    ) {
        self.multi = multi
        self.poll = poll
        self.wake = wake
        self.submit = submit
        self.proceed = proceed
        let user = Unmanaged.passUnretained(self).toOpaque()
        ccurl_multi_set_socket_callback(
            multi,
            { _, socket, what, user, _ in
                if let user { CurlLoop.from(user).watch(socket, what) }
                return 0
            }, user)
        ccurl_multi_set_timer_callback(
            multi,
            { _, milliseconds, user in
                if let user { CurlLoop.from(user).setTimer(milliseconds) }
                return 0
            }, user)
        // Idle connections that are kept; the default, four times the handles, shrinks as soon as load falls.
        ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 1024)
    }

    private static func from(_ user: UnsafeMutableRawPointer) -> CurlLoop {
        Unmanaged<CurlLoop>.fromOpaque(user).takeUnretainedValue()
    }

    func run(_ takeCommands: () -> [CurlDriver.Command]) {
        var ready = [cplatform_ready](repeating: cplatform_ready(), count: 256)
        while stopped == nil {
            let count = cplatform_poll_wait(poll, &ready, CInt(ready.count), timeout())
            precondition(count >= 0, "epoll_wait failed: \(errno)")
            for entry in ready.prefix(Int(count)) {
                if entry.fd == wake {
                    cplatform_wake_drain(wake)
                } else {
                    act(entry)
                }
            }
            for command in takeCommands() { perform(command) }
            // After the commands: a transfer that begins wants to be called at once.
            if let deadline = timerDeadline, deadline <= .now {
                timerDeadline = nil
                action(CURL_SOCKET_TIMEOUT, 0)
            }
            readMessages()
            deliver()
        }
        end()
    }

    private func act(_ entry: cplatform_ready) {
        var events: CInt = 0
        if entry.readable { events |= CURL_CSELECT_IN }
        if entry.writable { events |= CURL_CSELECT_OUT }
        if entry.failed { events |= CURL_CSELECT_ERR }
        action(entry.fd, events)
    }

    private func action(_ socket: curl_socket_t, _ events: CInt) {
        var running: CInt = 0
        curl_multi_socket_action(multi, socket, events, &running)
    }

    private func timeout() -> CInt {
        guard let timerDeadline else { return -1 }
        // Rounded up: woken a little too early, the loop would turn until it is time.
        return CInt(clamping: max(0, ((timerDeadline - .now).wholeNanoseconds + 999_999) / 1_000_000))
    }

    private func watch(_ socket: curl_socket_t, _ what: CInt) {
        // Removing may fail because libcurl has closed the socket already, which has removed it.
        _ = cplatform_poll_watch(
            poll, socket, what == CURL_POLL_IN || what == CURL_POLL_INOUT,
            what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
    }

    private func setTimer(_ milliseconds: Int) {
        timerDeadline = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
    }

    private func perform(_ command: CurlDriver.Command) {
        switch command {
        case .start(let id, let request, let receive): start(id, request, receive)
        case .pause(let id): transfers[id]?.isPaused = true
        case .resume(let id):
            guard let transfer = transfers[id] else { return }
            transfer.isPaused = false
            goOn(transfer)
        case .proceed(let id):
            guard let transfer = transfers[id], !transfer.isPaused else { return }
            goOn(transfer)
        case .cancel(let id):
            guard let transfer = transfers.removeValue(forKey: id) else { return }
            transfer.events = []
            // libcurl 7.88 keeps a cancelled HTTP/2 stream's RST_STREAM until something else is sent on the connection, and the upstream
            // works on for nobody. So a connection without other transfers is closed, as with HTTP/1.1.
            ccurl_set_long(transfer.easy, CURLOPT_FORBID_REUSE, 1)
            remove(transfer)
        case .stop(let continuation): stopped = continuation
        }
    }

    private func goOn(_ transfer: CurlTransfer) {
        guard transfer.isHeldBack else { return }
        transfer.isHeldBack = false
        // May call the write callback before it returns.
        curl_easy_pause(transfer.easy, CURLPAUSE_CONT)
    }

    private func start(
        _ id: TransferID, _ request: HTTPRequest, _ receive: @escaping @GatewayLoop ([HTTPEvent]) -> Void
    ) {
        do throws(TransportFailure) {
            let transfer = try CurlTransfer(id: id, request: request, receive: receive) { [unowned self] transfer in
                if transfer.events.count == 1 { eventful.append(transfer) }
            }
            transfers[id] = transfer
            let code = curl_multi_add_handle(multi, transfer.easy)
            guard code == CURLM_OK else {
                transfers[id] = nil
                transfer.free()
                throw TransportFailure(.setup, String(cString: curl_multi_strerror(code)), sent: false)
            }
        } catch {
            submit { receive([.finished(error)]) }
        }
    }

    private func readMessages() {
        var left: CInt = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE else { continue }
            var user: UnsafeMutableRawPointer?
            ccurl_get_pointer(message.pointee.easy_handle, CURLINFO_PRIVATE, &user)
            guard let user else { continue }
            let transfer = CurlTransfer.from(user)
            transfer.finish(ccurl_message_result(message))
            transfers[transfer.id] = nil
            remove(transfer)
        }
    }

    private func remove(_ transfer: CurlTransfer) {
        curl_multi_remove_handle(multi, transfer.easy)
        transfer.free()
    }

    /// One hop to the gateway loop for everything.
    private func deliver() {
        guard !eventful.isEmpty else { return }
        let deliveries = eventful.compactMap { transfer in
            transfer.events.isEmpty ? nil : Delivery(of: transfer)
        }
        for transfer in eventful { transfer.events.removeAll(keepingCapacity: true) }
        eventful.removeAll(keepingCapacity: true)
        guard !deliveries.isEmpty else { return }
        submit { [proceed] in
            for delivery in deliveries {
                delivery.receive(delivery.events)
                if delivery.backlog.taken(delivery.bytes) { proceed(delivery.id) }
            }
        }
    }

    private struct Delivery: Sendable {
        let id: TransferID
        let receive: @GatewayLoop ([HTTPEvent]) -> Void
        let events: [HTTPEvent]
        let bytes: Int
        let backlog: Backlog

        init(of transfer: CurlTransfer) {
            id = transfer.id
            receive = transfer.receive
            events = transfer.events
            bytes = events.reduce(0) { $0 + $1.bodySize }
            backlog = transfer.backlog
        }
    }

    private func end() {
        for transfer in transfers.values { remove(transfer) }
        transfers = [:]
        curl_multi_cleanup(multi)
        close(poll)
        close(wake)
        stopped?.resume()
    }
}
