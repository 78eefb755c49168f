import LLMGWCore
import Testing

@Suite("Nearest name")
struct NearestNameTests {
    @Test(
        "Slips are recognised",
        arguments: [
            ("base_ulr", "base_url"), ("bas_url", "base_url"), ("base__url", "base_url"), ("temprature", "temperature"),
            ("gpt4", "gpt-4"), ("kind", "kind"), ("kin", "kind"), ("模形", "模型"),
        ])
    func near(name: String, meant: String) {
        #expect(NearestName.among(["base_url", "temperature", "gpt-4", "kind", "模型"], to: name) == meant)
    }

    @Test(
        "Other words are not", arguments: ["", "3", "gp", "timeout", "url", "KIND!!", "温度", "base_url_of_the_provider"])
    func far(name: String) {
        #expect(NearestName.among(["base_url", "temperature", "gpt-4", "模型", "2", "ab"], to: name) == nil)
    }

    @Test func theNearestWins() {
        #expect(NearestName.among(["small-v1", "small-v2", "smart-v2"], to: "small-v22") == "small-v2")
        #expect(NearestName.among(["aaa1", "aaa2"], to: "aaa3") == "aaa1", "the first of equals")
        #expect(NearestName.among([], to: "x") == nil)
    }

    @Test("Never more than three edits, however long the name")
    func limit() {
        let name = String(repeating: "x", count: 60)
        #expect(NearestName.among([name + "abc"], to: name) != nil)
        #expect(NearestName.among([name + "abcd"], to: name) == nil)
    }
}
