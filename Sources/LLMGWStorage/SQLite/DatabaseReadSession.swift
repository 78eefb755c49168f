/// A reader's view of a database whose writer may move the file aside and begin a new one. It never writes and never checkpoints.
final class DatabaseReadSession {
    /// What a reader met, and in which opening of the file by its writer.
    struct Failure: Sendable {
        var error: SQLiteError
        var opening: Int
    }

    private let path: String
    private let opening: @Sendable () -> Int
    private let report: @Sendable (Failure) -> Void
    private var opened: (connection: SQLiteConnection, opening: Int)?

    /// `opening` counts how often the writer has opened the file; `report` tells the writer, who alone can do something about it.
    init(path: String, opening: @escaping @Sendable () -> Int, report: @escaping @Sendable (Failure) -> Void) {
        self.path = path
        self.opening = opening
        self.report = report
    }

    func perform<T>(_ body: (SQLiteConnection) throws(SQLiteError) -> T) throws(SQLiteError) -> T {
        let opening = opening()
        do throws(SQLiteError) {
            if let opened, opened.opening == opening { return try body(opened.connection) }
            opened = nil
            let connection = try SQLiteConnection(path: path, access: .reader)
            opened = (connection, opening)
            return try body(connection)
        } catch {
            opened = nil
            report(Failure(error: error, opening: opening))
            throw error
        }
    }

    func close() { opened = nil }
}
