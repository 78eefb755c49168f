import LLMGWCore

extension ConfigurationBuilder {
    mutating func buildMetrics() -> MetricsSettings {
        let section = document.metrics
        var settings = MetricsSettings()
        settings.socket = absolutePath(section, "socket")
        settings.socketMode = section.integer("socket_mode").map(UInt32.init) ?? settings.socketMode
        if let listen = section.string("listen") {
            settings.listen = LoopbackAddress(listen)
            if settings.listen == nil {
                report.problem(["metrics", "listen"], "127.0.0.1:PORT or [::1]:PORT is expected")
            }
        }
        return settings
    }
}
