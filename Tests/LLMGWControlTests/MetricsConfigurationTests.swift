import LLMGWControl
import LLMGWCore
import Testing

@Suite("Configuration: the metrics")
struct MetricsConfigurationTests {
    private func metrics(_ text: String) throws -> MetricsSettings {
        try ConfigurationLoader.parse("[metrics]\n\(text)\n" + minimalConfiguration, file: "f", sources: .test())
            .configuration.metrics
    }

    @Test func nobodyCollectsThemUnlessToldWhere() throws {
        #expect(try metrics("") == MetricsSettings())
    }

    @Test func everySetting() throws {
        #expect(
            try metrics("socket = \"/run/指标.sock\"\nsocket_mode = \"0600\"\nlisten = \"[::1]:9464\"")
                == MetricsSettings(socket: "/run/指标.sock", socketMode: 0o600, listen: LoopbackAddress("[::1]:9464")))
    }

    @Test(
        "Only this host reaches the port",
        arguments: [
            "0.0.0.0:9464", "[::]:9464", ":9464", "9464", "localhost:9464", "127.0.0.1", "127.0.0.1:0",
            "127.0.0.1:65536",
            "127.0.0.1:+80", "127.0.0.1:080", "[::1]", "::1:9464", "",
        ])
    func wrongAddresses(address: String) {
        #expect(throws: ConfigurationErrors.self) { try metrics("listen = \"\(address)\"") }
        #expect(LoopbackAddress(address) == nil)
    }

    @Test func anAddressIsWrittenAsItIsRead() throws {
        for text in ["127.0.0.1:9464", "[::1]:1"] { #expect(try #require(LoopbackAddress(text)).description == text) }
    }

    @Test func aRelativePathIsRefused() {
        #expect(throws: ConfigurationErrors.self) { try metrics("socket = \"metrics.sock\"") }
    }
}
