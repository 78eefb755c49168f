enum LedgerSchema {
    /// Forward only: a script that was released is never changed, the next version is appended.
    static let migrations = [
        """
        CREATE TABLE usage (
            id INTEGER PRIMARY KEY,
            time INTEGER NOT NULL,
            uid INTEGER NOT NULL,
            client TEXT NOT NULL,
            operation TEXT NOT NULL,
            model TEXT NOT NULL,
            provider TEXT NOT NULL,
            deployment TEXT NOT NULL,
            input INTEGER,
            output INTEGER,
            cached INTEGER,
            reasoning INTEGER,
            cost INTEGER,
            currency TEXT,
            outcome TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            duration INTEGER NOT NULL,
            queued INTEGER NOT NULL,
            first_content INTEGER,
            cache TEXT NOT NULL
        );
        CREATE INDEX usage_time ON usage (time);
        """,
        """
        ALTER TABLE usage ADD COLUMN estimated_input INTEGER;
        ALTER TABLE usage ADD COLUMN estimated_output INTEGER;
        """,
    ]

    static let columns = """
        time, uid, client, operation, model, provider, deployment, input, output, cached, reasoning, cost, currency, \
        outcome, attempts, duration, queued, first_content, cache, estimated_input, estimated_output
        """
}
