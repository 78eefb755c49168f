import LLMGWCore
import Testing

@Suite("Secret")
struct SecretTests {
    private static let value = "sk-very-秘密-1234"
    private let secret = Secret(Self.value)

    @Test func isRevealedOnlyOnRequest() {
        #expect(secret.reveal() == Self.value)
    }

    @Test("No way of printing shows the value")
    func isNeverPrinted() {
        let provider = ProviderSettings(
            name: "p", baseURL: "https://example.org", key: secret, headers: [.init(name: "X-Key", value: secret)])
        var dumped = ""
        dump(provider, to: &dumped)
        let texts = [
            "\(secret)", String(describing: secret), String(reflecting: secret), secret.description,
            secret.debugDescription, "\([secret])", "\(["k": secret])", "\(Optional(secret) as Any)", "\(provider)",
            String(reflecting: provider), dumped,
        ]
        for text in texts {
            #expect(!text.contains("very") && !text.contains("秘密") && !text.contains("1234"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test func canBeCompared() {
        #expect(secret == Secret(Self.value))
        #expect(secret != Secret("other"))
    }
}
