import LLMGWCore

/// Who waits, and in which order they are served: by weighted virtual token counters (VTC).
///
/// Each client has a counter of the tokens it was served, divided by its weight; whoever has the smallest comes first. A client that had
/// nothing to be served starts at the counter of whoever was served last, so that it saves up no service. Requests of one client in one band
/// and lane (a flow) come in the order of their arrival. Every operation costs O(log n). Requests wait or are gone (terminal);
/// a flow waits in its lane, or is parked until its client may go on. Wrong input: a ticket that is gone is a race and is ignored.
struct FairQueue<Payload: Sendable>: Sendable {
    /// A request's place, unique for the life of the queue.
    struct Ticket: Sendable, Hashable {
        let index: Int
        let generation: UInt64
    }

    struct Node: Sendable {
        var payload: Payload?
        var generation: UInt64
        var flow: Int
        var previous: Int
        var next: Int
        /// Rises along the flow.
        var order: Int
    }

    struct Flow: Sendable {
        var client: Int
        var band: Int
        var lane: Int
        fileprivate(set) var count = 0
        fileprivate(set) var isParked = false
        fileprivate(set) var head = -1
        fileprivate var tail = -1
        fileprivate var tie: UInt64 = 0
    }

    struct Client: Sendable {
        /// Served tokens by weight.
        fileprivate(set) var counter = 0.0
        fileprivate(set) var weight = 1.0
        fileprivate(set) var waiting = 0
        fileprivate(set) var flows: [Int] = []
    }

    static var bands: Int { 3 }

    private(set) var nodes: [Node] = []
    private var freeNodes: [Int] = []
    private(set) var flows: [Flow] = []
    private var freeFlows: [Int] = []
    private(set) var clients: [Client] = []
    /// By band, then lane: the flows that may be served.
    private var ready: [[IndexedHeap<Double>]] = Array(repeating: [], count: Self.bands)
    private var parked = IndexedHeap<MonotonicInstant>()
    /// The highest counter that anybody had when it was served: where those start who could not be served before.
    private var virtualTime = 0.0
    private var stamp: UInt64 = 0
    private(set) var count = 0
    /// By band: requests that wait, and the weights of the flows they wait in.
    private(set) var waiting = Array(repeating: 0, count: Self.bands)
    private var weights = Array(repeating: 0.0, count: Self.bands)

    // MARK: Coming and going

    mutating func addLane() -> Int {
        for band in ready.indices { ready[band].append(IndexedHeap()) }
        return ready[0].count - 1
    }

    /// Appends a request to its flow; or puts it in front, where it had been served already. Returns whether its flow was empty.
    mutating func insert(
        _ payload: Payload, client: Int, weight: Double, band: Int, lane: Int, atFront: Bool
    ) -> (ticket: Ticket, isFirst: Bool) {
        precondition(weight > 0, "a weight is positive")
        activate(client, weight: weight)
        let flow = flow(of: client, band: band, lane: lane)
        let index = freeNodes.popLast() ?? nodes.count
        stamp += 1
        let node = Node(payload: payload, generation: stamp, flow: flow, previous: -1, next: -1, order: 0)
        if index == nodes.count { nodes.append(node) } else { nodes[index] = node }
        link(index, into: flow, atFront: atFront)
        clients[client].waiting += 1
        waiting[band] += 1
        count += 1
        return (Ticket(index: index, generation: stamp), flows[flow].head == index)
    }

    /// Takes a request out, to be served or because it leaves. Nil if it is gone.
    mutating func remove(_ ticket: Ticket) -> Payload? {
        guard let payload = self[ticket] else { return nil }
        let flow = nodes[ticket.index].flow
        let client = flows[flow].client
        unlink(ticket.index, from: flow)
        nodes[ticket.index].payload = nil
        freeNodes.append(ticket.index)
        waiting[flows[flow].band] -= 1
        clients[client].waiting -= 1
        count -= 1
        if flows[flow].count == 0 { close(flow) }
        return payload
    }

    subscript(ticket: Ticket) -> Payload? {
        guard ticket.index < nodes.count, nodes[ticket.index].generation == ticket.generation else { return nil }
        return nodes[ticket.index].payload
    }

    // MARK: The order

    func readyCount(band: Int, lane: Int) -> Int { ready[band][lane].count }

    /// The flow at a place of the lane's heap: 0 is the next to be served, further ones come roughly in order.
    func flow(at place: Int, band: Int, lane: Int) -> (flow: Int, counter: Double, tie: UInt64) {
        let item = ready[band][lane][place]
        return (item.element, item.key, flows[item.element].tie)
    }

    func flow(of ticket: Ticket) -> Int { nodes[ticket.index].flow }

    /// Requests that will be served before a further one of this client, roughly.
    func ahead(client: Int, weight: Double, band: Int, lane: Int) -> Int {
        let own = existingFlow(of: client, band: band, lane: lane).map { flows[$0].count } ?? 0
        return ahead(place: own, weight: weight, total: weights[band] + (own == 0 ? weight : 0), band, waiting[band])
    }

    /// Requests that will be served before this one, roughly.
    func ahead(of ticket: Ticket) -> Int {
        let flow = flows[nodes[ticket.index].flow]
        let place = nodes[ticket.index].order - nodes[flow.head].order
        let weight = clients[flow.client].weight
        return ahead(place: place, weight: weight, total: weights[flow.band], flow.band, waiting[flow.band] - 1)
    }

    /// While one flow comes to its `place`, the others get as much service for their weights.
    private func ahead(place: Int, weight: Double, total: Double, _ band: Int, _ most: Int) -> Int {
        let peers = min(Double(place + 1) * total / weight - 1, Double(most))
        return waiting[..<band].reduce(0, +) + max(0, Int(peers.rounded(.up)))
    }

    /// Notes that a client was served: the counter it had is where newcomers start.
    mutating func serve(client: Int, cost: Double) {
        virtualTime = max(virtualTime, clients[client].counter)
        charge(client: client, cost: cost)
    }

    /// Lets the client's other flows come before that of this request, which is served, where they are equal. Who passes the first of its flow
    /// takes no turn from it.
    mutating func rotate(_ ticket: Ticket) {
        let flow = nodes[ticket.index].flow
        guard flows[flow].head == ticket.index else { return }
        stamp += 1
        flows[flow].tie = stamp
        guard !flows[flow].isParked else { return }
        ready[flows[flow].band][flows[flow].lane].update(flow, key: clients[flows[flow].client].counter, tie: stamp)
    }

    /// Adds to a client's counter, or takes from it where less was used than expected.
    mutating func charge(client: Int, cost: Double) {
        guard cost != 0, client < clients.count else { return }
        clients[client].counter += cost / clients[client].weight
        let counter = clients[client].counter
        for flow in clients[client].flows where !flows[flow].isParked {
            ready[flows[flow].band][flows[flow].lane].update(flow, key: counter)
        }
    }

    // MARK: Parking

    /// Nothing of this flow goes before `instant`, or before its client's next `unpark`.
    mutating func park(_ flow: Int, until instant: MonotonicInstant) {
        guard !flows[flow].isParked else { return }
        flows[flow].isParked = true
        ready[flows[flow].band][flows[flow].lane].remove(flow)
        parked.insert(flow, key: instant, tie: flows[flow].tie)
    }

    var firstWake: MonotonicInstant? { parked.first?.key }

    mutating func unpark(now: MonotonicInstant) {
        while let (flow, instant) = parked.first, instant <= now { unparkFlow(flow) }
    }

    mutating func unpark(client: Int) {
        guard client < clients.count else { return }
        for flow in clients[client].flows where flows[flow].isParked { unparkFlow(flow) }
    }

    private mutating func unparkFlow(_ flow: Int) {
        let client = flows[flow].client
        // While nothing of it could go, it saved up no service.
        if clients[client].flows.allSatisfy({ flows[$0].isParked }) {
            clients[client].counter = max(clients[client].counter, virtualTime)
        }
        parked.remove(flow)
        flows[flow].isParked = false
        ready[flows[flow].band][flows[flow].lane].insert(
            flow, key: clients[client].counter, tie: flows[flow].tie)
    }

    func isParked(_ flow: Int) -> Bool { flows[flow].isParked }

    // MARK: Showing

    /// A client's flows, and who is first in each.
    func heads(client: Int) -> [(flow: Flow, head: Payload)] {
        guard client < clients.count else { return [] }
        return clients[client].flows.map { (flows[$0], head(of: $0).payload) }
    }

    // MARK: Flows and clients

    private mutating func activate(_ client: Int, weight: Double) {
        while clients.count <= client { clients.append(Client()) }
        if clients[client].weight != weight, clients[client].waiting > 0 {
            for flow in clients[client].flows { weights[flows[flow].band] += weight - clients[client].weight }
        }
        clients[client].weight = weight
        if clients[client].waiting == 0 { clients[client].counter = max(clients[client].counter, virtualTime) }
    }

    /// A request that does not have to wait is served all the same: its client's counter starts like that of one who waits.
    mutating func pass(client: Int, weight: Double, cost: Double) {
        while clients.count <= client { clients.append(Client()) }
        if clients[client].waiting == 0 {
            clients[client].weight = weight
            clients[client].counter = max(clients[client].counter, virtualTime)
        }
        serve(client: client, cost: cost)
    }

    /// What a client was served is forgotten; one that waits stays as it is.
    mutating func forget(client: Int) {
        guard client < clients.count, clients[client].waiting == 0 else { return }
        clients[client] = Client()
    }

    private func existingFlow(of client: Int, band: Int, lane: Int) -> Int? {
        guard client < clients.count else { return nil }
        return clients[client].flows.first { flows[$0].band == band && flows[$0].lane == lane }
    }

    private mutating func flow(of client: Int, band: Int, lane: Int) -> Int {
        if let flow = existingFlow(of: client, band: band, lane: lane) { return flow }
        let index = freeFlows.popLast() ?? flows.count
        stamp += 1
        var flow = Flow(client: client, band: band, lane: lane)
        flow.tie = stamp
        if index == flows.count { flows.append(flow) } else { flows[index] = flow }
        clients[client].flows.append(index)
        weights[band] += clients[client].weight
        ready[band][lane].insert(index, key: clients[client].counter, tie: stamp)
        return index
    }

    private mutating func close(_ flow: Int) {
        let (client, band) = (flows[flow].client, flows[flow].band)
        if flows[flow].isParked { parked.remove(flow) } else { ready[band][flows[flow].lane].remove(flow) }
        clients[client].flows.removeAll { $0 == flow }
        weights[band] = waiting[band] == 0 ? 0 : weights[band] - clients[client].weight
        freeFlows.append(flow)
    }

    private mutating func link(_ index: Int, into flow: Int, atFront: Bool) {
        flows[flow].count += 1
        guard flows[flow].head >= 0 else {
            flows[flow].head = index
            flows[flow].tail = index
            return
        }
        if atFront {
            nodes[index].order = nodes[flows[flow].head].order - 1
            nodes[index].next = flows[flow].head
            nodes[flows[flow].head].previous = index
            flows[flow].head = index
        } else {
            nodes[index].order = nodes[flows[flow].tail].order + 1
            nodes[index].previous = flows[flow].tail
            nodes[flows[flow].tail].next = index
            flows[flow].tail = index
        }
    }

    private mutating func unlink(_ index: Int, from flow: Int) {
        let (previous, next) = (nodes[index].previous, nodes[index].next)
        if previous >= 0 { nodes[previous].next = next } else { flows[flow].head = next }
        if next >= 0 { nodes[next].previous = previous } else { flows[flow].tail = previous }
        flows[flow].count -= 1
    }
}
