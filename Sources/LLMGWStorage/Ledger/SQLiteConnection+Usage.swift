/// The ledger's statements.
extension SQLiteConnection {
    /// Rows that one transaction deletes: few enough for the next commit not to wait long.
    private static let trimChunk: Int64 = 5_000

    func insert(_ records: [UsageRecord]) throws(SQLiteError) {
        try transaction { () throws(SQLiteError) in
            let places = Array(repeating: "?", count: 21).joined(separator: ", ")
            let insert = try statement("INSERT INTO usage (\(LedgerSchema.columns)) VALUES (\(places))")
            for record in records { try insert.run(record.values) }
        }
    }

    func usageTotals(
        _ query: UsageQuery, by dimensions: [UsageQuery.Dimension]
    ) throws(SQLiteError) -> [UsageTotal] {
        let (condition, values) = query.condition
        let groups = dimensions.map(\.group)
        // total() and not sum(): an absurd figure of an upstream must not end every later query with an overflow.
        let sums = ["input", "output", "cached", "reasoning", "cost", "estimated_input", "estimated_output"]
            .map { "CAST(total(\($0)) AS INTEGER)" }
        let counts = [
            "count(*) FILTER (WHERE cache <> '\(UsageRecord.part)')", "count(*) FILTER (WHERE outcome <> 'ok')",
            "count(coalesce(estimated_input, estimated_output))",
        ]
        let columns = dimensions.map(\.name) + ["currency"] + counts + sums
        let order = (groups + ["currency"]).joined(separator: ", ")
        let sql = "SELECT \(columns.joined(separator: ", ")) FROM usage\(condition) GROUP BY \(order) ORDER BY \(order)"
        var totals: [UsageTotal] = []
        try temporaryStatement(sql).forEachRow(values) { row in
            let first = Int32(groups.count)
            let group = Dictionary(
                uniqueKeysWithValues: zip(dimensions, 0..<first).map { ($0, row.text($1)) })
            // A group comes in a row for each currency, and one for what is unpriced.
            if totals.last?.group != group { totals.append(UsageTotal(group: group)) }
            totals[totals.count - 1].add(row, from: first)
            return true
        }
        return totals
    }

    func usageRecords(_ query: UsageQuery, limit: Int, offset: Int) throws(SQLiteError) -> [UsageRecord] {
        let (condition, values) = query.condition
        let sql = """
            SELECT \(LedgerSchema.columns) FROM usage\(condition) ORDER BY time DESC, id DESC LIMIT ? OFFSET ?
            """
        return try temporaryStatement(sql).map(values + [.integer(Int64(limit)), .integer(Int64(offset))]) {
            UsageRecord($0)
        }
    }

    /// Deletes what is too old and too much, a bounded part at a time, and gives free pages back. True if there is more to do.
    func trimUsage(before oldest: Int64, maxBytes: Int64) throws(SQLiteError) -> Bool {
        let delete = "DELETE FROM usage WHERE id IN (SELECT id FROM usage"
        try statement("\(delete) WHERE time < ? ORDER BY time LIMIT ?)").run(.integer(oldest), .integer(Self.trimChunk))
        var isMore = changes == Int(Self.trimChunk)
        if try usedBytes > maxBytes {
            try statement("\(delete) ORDER BY time LIMIT ?)").run(.integer(Self.trimChunk))
            isMore = isMore || changes > 0
        }
        try execute("PRAGMA incremental_vacuum(2000)")
        return isMore
    }
}

extension UsageQuery {
    /// " WHERE …", and the values for its places.
    fileprivate var condition: (String, [SQLiteValue]) {
        let conditions: [(String, SQLiteValue?)] = [
            ("time >= ?", since.map(SQLiteValue.integer)),
            ("time < ?", until.map(SQLiteValue.integer)),
            ("client = ?", client.map(SQLiteValue.text)),
            ("uid = ?", uid.map { .integer(Int64($0)) }),
            ("model = ?", model.map(SQLiteValue.text)),
            ("provider = ?", provider.map(SQLiteValue.text)),
        ]
        let given = conditions.compactMap { text, value in value.map { (text, $0) } }
        guard !given.isEmpty else { return ("", []) }
        return (" WHERE " + given.map(\.0).joined(separator: " AND "), given.map(\.1))
    }
}

extension UsageQuery.Dimension {
    /// What tells one group from another. A day is a number here, as making its name for every row would take most of the time.
    fileprivate var group: String { self == .day ? "time / 86400000" : rawValue }

    fileprivate var name: String { self == .day ? "date(time / 1000, 'unixepoch')" : rawValue }
}

extension UsageTotal {
    fileprivate mutating func add(_ row: SQLiteRow, from first: Int32) {
        let count = row.integer(first + 1)
        calls += count
        failures += row.integer(first + 2)
        estimated += row.integer(first + 3)
        inputTokens += row.integer(first + 4)
        outputTokens += row.integer(first + 5)
        cachedInputTokens += row.integer(first + 6)
        reasoningTokens += row.integer(first + 7)
        estimatedInputTokens += row.integer(first + 9)
        estimatedOutputTokens += row.integer(first + 10)
        if let currency = row.optionalText(first) {
            costs[currency, default: 0] += row.integer(first + 8)
        } else {
            unpriced += count
        }
    }
}

extension UsageRecord {
    fileprivate init(_ row: SQLiteRow) {
        let currency = row.optionalText(12)
        self.init(
            time: row.integer(0), uid: UInt32(clamping: row.integer(1)), client: row.text(2), operation: row.text(3),
            model: row.text(4), provider: row.text(5), deployment: row.text(6),
            inputTokens: row.tokens(7), outputTokens: row.tokens(8), cachedInputTokens: row.tokens(9),
            reasoningTokens: row.tokens(10), estimatedInputTokens: row.tokens(19),
            estimatedOutputTokens: row.tokens(20),
            cost: currency.map { UsageCost(micros: row.integer(11), currency: $0) },
            outcome: row.text(13), attempts: UInt32(clamping: row.integer(14)), duration: row.integer(15),
            queued: row.integer(16), firstContent: row.optionalInteger(17), cache: row.text(18))
    }

    fileprivate var values: [SQLiteValue] {
        [
            .integer(time), .integer(Int64(uid)), .text(client), .text(operation), .text(model), .text(provider),
            .text(deployment), .tokens(inputTokens), .tokens(outputTokens), .tokens(cachedInputTokens),
            .tokens(reasoningTokens), .optional(cost?.micros), .optional(cost?.currency), .text(outcome),
            .integer(Int64(attempts)), .integer(duration), .integer(queued), .optional(firstContent), .text(cache),
            .tokens(estimatedInputTokens), .tokens(estimatedOutputTokens),
        ]
    }
}

extension SQLiteRow {
    fileprivate func tokens(_ column: Int32) -> UInt64? { optionalInteger(column).map { UInt64(clamping: $0) } }
}

extension SQLiteValue {
    fileprivate static func tokens(_ count: UInt64?) -> SQLiteValue { optional(count.map { Int64(clamping: $0) }) }
}
