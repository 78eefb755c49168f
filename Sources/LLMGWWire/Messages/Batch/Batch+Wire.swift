internal import CLLMGWProto
public import LLMGWCore

extension BatchRequest: StructConvertible {
    init(_ c: Llmgw__V1__BatchRequest, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            items: try list(c.n_items, c.items) { (item: Llmgw__V1__ChatRequest, index) throws(MessageError) in
                try ChatRequest(item, at: "\(path())items[\(index)].")
            },
            maxConcurrency: c.max_concurrency == 0 ? nil : present(c.has_max_concurrency, c.max_concurrency))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__BatchRequest>, _ arena: ProtobufArena) {
        c.pointee.n_items = items.count
        c.pointee.items = arena.messages(items) { $0.fill($1, arena) }
        assign(&c.pointee.has_max_concurrency, &c.pointee.max_concurrency, maxConcurrency)
    }
}

extension BatchProgress {
    init(_ c: Llmgw__V1__BatchProgress) {
        self.init(total: c.total, succeeded: c.succeeded, failed: c.failed)
    }

    func pointer(_ arena: ProtobufArena) -> UnsafeMutablePointer<Llmgw__V1__BatchProgress> {
        let c = arena.make(Llmgw__V1__BatchProgress.self)
        assign(&c.pointee.has_total, &c.pointee.total, total)
        assign(&c.pointee.has_succeeded, &c.pointee.succeeded, succeeded)
        assign(&c.pointee.has_failed, &c.pointee.failed, failed)
        return c
    }
}

extension BatchEvent: StructConvertible {
    init(_ c: Llmgw__V1__BatchEvent, at path: @autoclosure () -> String) throws(MessageError) {
        switch c.kind_case {
        case LLMGW__V1__BATCH_EVENT__KIND_PROGRESS:
            guard let progress = c.progress?.pointee else { throw MessageError(path() + "progress", "missing") }
            self = .progress(BatchProgress(progress))
        case LLMGW__V1__BATCH_EVENT__KIND_RESULT:
            guard let result = c.result?.pointee else { throw MessageError(path() + "result", "missing") }
            if let error = try GatewayError(result.status, at: path() + "result.status.") {
                self = .result(index: result.index, .failure(error))
            } else if let reply = result.reply?.pointee {
                self = .result(index: result.index, .success(try ChatReply(reply, at: path() + "result.reply.")))
            } else {
                throw MessageError(path() + "result.reply", "missing")
            }
        default: throw MessageError(path() + "kind", "a batch event has progress or a result")
        }
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__BatchEvent>, _ arena: ProtobufArena) {
        switch self {
        case .progress(let progress):
            c.pointee.kind_case = LLMGW__V1__BATCH_EVENT__KIND_PROGRESS
            c.pointee.progress = progress.pointer(arena)
        case .result(let index, let outcome):
            let result = arena.make(Llmgw__V1__BatchResult.self)
            assign(&result.pointee.has_index, &result.pointee.index, index)
            switch outcome {
            case .success(let reply):
                let pointer = arena.make(Llmgw__V1__ChatReply.self)
                reply.fill(pointer, arena)
                result.pointee.reply = pointer
                result.pointee.status = GatewayError.okPointer(arena)
            case .failure(let error):
                result.pointee.status = error.pointer(arena)
            }
            c.pointee.kind_case = LLMGW__V1__BATCH_EVENT__KIND_RESULT
            c.pointee.result = result
        }
    }
}

extension BatchReply: StructConvertible {
    init(_ c: Llmgw__V1__BatchReply, at path: @autoclosure () -> String) throws(MessageError) {
        guard let progress = c.progress?.pointee else { throw MessageError(path() + "progress", "missing") }
        self.init(progress: BatchProgress(progress), usage: c.usage.map { Usage($0.pointee) })
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__BatchReply>, _ arena: ProtobufArena) {
        c.pointee.progress = progress.pointer(arena)
        c.pointee.usage = usage.map { $0.pointer(arena) }
    }
}
