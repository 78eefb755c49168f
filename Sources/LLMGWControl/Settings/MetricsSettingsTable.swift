/// The settings of the metrics.
enum MetricsSettingsTable {
    static let metrics = SettingsSection(
        path: "metrics",
        doc:
            "Where a monitoring system collects the metrics, by `GET /metrics`; `docs/metrics.md` lists them. Without it, `llmgw-ctl metrics` prints them.",
        settings: [
            Setting("socket", .string, needsRestart: true, "Path of a Unix socket for it."),
            Setting(
                "socket_mode", .mode, default: "\"0660\"", needsRestart: true,
                "Who may read there, as the mode of the socket's file."),
            Setting(
                "listen", .string, needsRestart: true,
                "A TCP port for it, which every user of the host can read: `127.0.0.1:9464` or `[::1]:9464`. Other interfaces are refused; put a proxy that knows its callers before it."
            ),
        ])
}
