internal import CLLMGWProto
public import LLMGWCore

extension UsageReportQuery: StructConvertible {
    init(_ c: Llmgw__V1__GetUsageRequest, at path: @autoclosure () -> String) throws(MessageError) {
        var by: [UsageGrouping] = []
        for index in 0..<c.n_by {
            guard let grouping = c.by.flatMap({ UsageGrouping(rawValue: $0[index].rawValue) }) else {
                throw MessageError("\(path())by[\(index)]", "not known")
            }
            by.append(grouping)
        }
        self.init(
            by: by,
            from: present(c.has_from_unix_ms, UnixTime(milliseconds: c.from_unix_ms)),
            to: present(c.has_to_unix_ms, UnixTime(milliseconds: c.to_unix_ms)),
            client: try name(c.client, path() + "client"),
            model: try name(c.model, path() + "model"),
            provider: try name(c.provider, path() + "provider"),
            rows: c.max_rows == 0 ? nil : c.max_rows)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__GetUsageRequest>, _ arena: ProtobufArena) {
        let groupings = arena.array(Llmgw__V1__UsageGrouping.self, count: by.count)
        for (index, grouping) in by.enumerated() {
            groupings?[index] = Llmgw__V1__UsageGrouping(rawValue: grouping.rawValue)
        }
        c.pointee.n_by = by.count
        c.pointee.by = groupings
        assign(&c.pointee.has_from_unix_ms, &c.pointee.from_unix_ms, from?.milliseconds)
        assign(&c.pointee.has_to_unix_ms, &c.pointee.to_unix_ms, to?.milliseconds)
        c.pointee.client = arena.string(client)
        c.pointee.model = arena.string(model)
        c.pointee.provider = arena.string(provider)
        assign(&c.pointee.has_max_rows, &c.pointee.max_rows, rows)
    }
}

extension UsageReport: StructConvertible {
    init(_ c: Llmgw__V1__GetUsageReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            rows: try list(c.n_rows, c.rows) { (item: Llmgw__V1__UsageRow, index) throws(MessageError) in
                try UsageRow(item, at: "\(path())rows[\(index)].")
            },
            truncated: c.truncated != 0,
            from: present(c.has_from_unix_ms, UnixTime(milliseconds: c.from_unix_ms)),
            to: present(c.has_to_unix_ms, UnixTime(milliseconds: c.to_unix_ms)))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__GetUsageReply>, _ arena: ProtobufArena) {
        c.pointee.n_rows = rows.count
        c.pointee.rows = arena.messages(rows) { $0.fill($1, arena) }
        assign(&c.pointee.has_truncated, &c.pointee.truncated, truncated ? 1 : 0)
        assign(&c.pointee.has_from_unix_ms, &c.pointee.from_unix_ms, from?.milliseconds)
        assign(&c.pointee.has_to_unix_ms, &c.pointee.to_unix_ms, to?.milliseconds)
    }
}

extension UsageRow {
    init(_ c: Llmgw__V1__UsageRow, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            client: try name(c.client, path() + "client"),
            model: try name(c.model, path() + "model"),
            provider: try name(c.provider, path() + "provider"),
            day: try name(c.day, path() + "day"),
            counts: RequestCounts(
                requests: c.requests, succeeded: c.succeeded, failed: c.failed, cancelled: c.cancelled),
            cached: c.cached,
            usage: c.usage.map { Usage($0.pointee) } ?? Usage(),
            estimatedUsage: c.estimated_usage.map { Usage($0.pointee) } ?? Usage(),
            estimatedRequests: c.estimated_requests,
            costs: try costList(c.n_costs, c.costs, path() + "costs"),
            unpricedRequests: c.unpriced_requests)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__UsageRow>, _ arena: ProtobufArena) {
        c.pointee.client = arena.string(client)
        c.pointee.model = arena.string(model)
        c.pointee.provider = arena.string(provider)
        c.pointee.day = arena.string(day)
        assign(&c.pointee.has_requests, &c.pointee.requests, counts.requests)
        assign(&c.pointee.has_succeeded, &c.pointee.succeeded, counts.succeeded)
        assign(&c.pointee.has_failed, &c.pointee.failed, counts.failed)
        assign(&c.pointee.has_cancelled, &c.pointee.cancelled, counts.cancelled)
        assign(&c.pointee.has_cached, &c.pointee.cached, cached)
        c.pointee.usage = usage.pointer(arena)
        c.pointee.estimated_usage = estimatedUsage.pointer(arena)
        assign(&c.pointee.has_estimated_requests, &c.pointee.estimated_requests, estimatedRequests)
        c.pointee.n_costs = costs.count
        c.pointee.costs = arena.messages(costs) { $0.fill($1, arena) }
        assign(&c.pointee.has_unpriced_requests, &c.pointee.unpriced_requests, unpricedRequests)
    }
}
