internal import CLLMGWProto
public import LLMGWCore

extension ReloadCommand: StructConvertible {
    init(_ c: Llmgw__V1__ReloadRequest, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            dryRun: c.dry_run != 0)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ReloadRequest>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_dry_run, &c.pointee.dry_run, dryRun ? 1 : 0)
    }
}

extension ReloadReport: StructConvertible {
    init(_ c: Llmgw__V1__ReloadReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            applied: c.applied != 0,
            changes: try list(c.n_changes, c.changes) { (item: Llmgw__V1__SettingChange, index) throws(MessageError) in
                try SettingChange(item, at: "\(path())changes[\(index)].")
            },
            problems: try list(c.n_problems, c.problems) {
                (item: Llmgw__V1__SettingProblem, index) throws(MessageError) in
                try SettingProblem(item, at: "\(path())problems[\(index)].")
            },
            path: try name(c.path, path() + "path"))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__ReloadReply>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_applied, &c.pointee.applied, applied ? 1 : 0)
        c.pointee.n_changes = changes.count
        c.pointee.changes = arena.messages(changes) { $0.fill($1, arena) }
        c.pointee.n_problems = problems.count
        c.pointee.problems = arena.messages(problems) { $0.fill($1, arena) }
        c.pointee.path = arena.string(path)
    }
}

extension SettingChange {
    init(_ c: Llmgw__V1__SettingChange, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            key: try name(c.key, path() + "key") ?? "",
            oldValue: try text(c.has_old_value, c.old_value, path() + "old_value"),
            newValue: try text(c.has_new_value, c.new_value, path() + "new_value"),
            needsRestart: c.needs_restart != 0)
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__SettingChange>, _ arena: ProtobufArena) {
        c.pointee.key = arena.string(key)
        if let oldValue { assign(&c.pointee.has_old_value, &c.pointee.old_value, arena.bytes(oldValue)) }
        if let newValue { assign(&c.pointee.has_new_value, &c.pointee.new_value, arena.bytes(newValue)) }
        assign(&c.pointee.has_needs_restart, &c.pointee.needs_restart, needsRestart ? 1 : 0)
    }
}

extension SettingProblem {
    init(_ c: Llmgw__V1__SettingProblem, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            file: try name(c.file, path() + "file") ?? "",
            line: present(c.has_line, c.line),
            key: try name(c.key, path() + "key"),
            message: try text(c.has_message, c.message, path() + "message") ?? "")
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__SettingProblem>, _ arena: ProtobufArena) {
        c.pointee.file = arena.string(file)
        assign(&c.pointee.has_line, &c.pointee.line, line)
        c.pointee.key = arena.string(key)
        if !message.isEmpty { assign(&c.pointee.has_message, &c.pointee.message, arena.bytes(message)) }
    }
}
