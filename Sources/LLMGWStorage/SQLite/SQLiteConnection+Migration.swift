extension SQLiteConnection {
    /// Brings the schema to the version of the last script, in one transaction; `user_version` counts the scripts that ran.
    ///
    /// Forward only: a file that a newer version wrote is refused and left as it is.
    func migrate(_ scripts: [String]) throws(SQLiteError) {
        let version = try Int(integer("PRAGMA user_version"))
        guard version <= scripts.count else {
            throw SQLiteError(
                .newerSchema, "its schema has version \(version), and this program knows up to \(scripts.count)",
                path: path, operation: "open")
        }
        guard version >= 0, version < scripts.count else { return }
        try transaction { () throws(SQLiteError) in
            for script in scripts[version...] { try execute(script) }
            try execute("PRAGMA user_version = \(scripts.count)")
        }
    }
}
