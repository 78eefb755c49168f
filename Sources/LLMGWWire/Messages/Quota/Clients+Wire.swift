internal import CLLMGWProto
public import LLMGWCore

/// Every client that the caller may see.
public struct ClientList: Sendable, Hashable {
    public var clients: [ClientAccount]

    public init(
        clients: [ClientAccount] = []
    ) {
        self.clients = clients
    }
}

extension ClientList: StructConvertible {
    init(_ c: Llmgw__V1__ListClientsReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            clients: try list(c.n_clients, c.clients) { (item: Llmgw__V1__ClientAccount, index) throws(MessageError) in
                try ClientAccount(item, at: "\(path())clients[\(index)].")
            })
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ListClientsReply>, _ arena: ProtobufArena) {
        c.pointee.n_clients = clients.count
        c.pointee.clients = arena.messages(clients) { $0.fill($1, arena) }
    }
}

extension ClientAccount {
    init(_ c: Llmgw__V1__ClientAccount, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            name: try LLMGWWire.name(c.name, path() + "name") ?? "",
            uid: c.uid,
            gid: c.gid,
            policy: try LLMGWWire.name(c.policy, path() + "policy") ?? "",
            weight: c.weight,
            priority: Priority(rawValue: c.priority.rawValue),
            connections: c.connections,
            inFlight: c.in_flight,
            waiting: c.waiting,
            counts: RequestCounts(
                requests: c.requests, succeeded: c.succeeded, failed: c.failed, cancelled: c.cancelled),
            usage: c.usage.map { Usage($0.pointee) } ?? Usage(),
            costs: try costList(c.n_costs, c.costs, path() + "costs"),
            unit: try LLMGWWire.name(c.unit, path() + "unit"),
            executable: try LLMGWWire.name(c.executable, path() + "executable"),
            models: try names(c.n_models, c.models, path() + "models"))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ClientAccount>, _ arena: ProtobufArena) {
        c.pointee.name = arena.string(name)
        assign(&c.pointee.has_uid, &c.pointee.uid, uid)
        assign(&c.pointee.has_gid, &c.pointee.gid, gid)
        c.pointee.policy = arena.string(policy)
        assign(&c.pointee.has_weight, &c.pointee.weight, weight)
        assign(
            &c.pointee.has_priority, &c.pointee.priority, priority.map { Llmgw__V1__Priority(rawValue: $0.rawValue) })
        assign(&c.pointee.has_connections, &c.pointee.connections, connections)
        assign(&c.pointee.has_in_flight, &c.pointee.in_flight, inFlight)
        assign(&c.pointee.has_waiting, &c.pointee.waiting, waiting)
        assign(&c.pointee.has_requests, &c.pointee.requests, counts.requests)
        assign(&c.pointee.has_succeeded, &c.pointee.succeeded, counts.succeeded)
        assign(&c.pointee.has_failed, &c.pointee.failed, counts.failed)
        assign(&c.pointee.has_cancelled, &c.pointee.cancelled, counts.cancelled)
        c.pointee.usage = usage.pointer(arena)
        c.pointee.n_costs = costs.count
        c.pointee.costs = arena.messages(costs) { $0.fill($1, arena) }
        c.pointee.unit = arena.string(unit)
        c.pointee.executable = arena.string(executable)
        c.pointee.n_models = models.count
        c.pointee.models = arena.strings(models)
    }
}
