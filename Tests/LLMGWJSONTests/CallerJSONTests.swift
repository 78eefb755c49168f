import LLMGWJSON
import Testing

@Suite("Callers' JSON")
struct CallerJSONTests {
    @Test func membersThatAreSet() throws {
        let json = try #require(CallerJSON(#"{"键":0,"b":false,"c":null,"d":{"e":false},"f":true}"#))
        #expect(json.isObject)
        #expect(json.members.map(\.name) == ["键", "b", "c", "d", "f"])
        #expect(json.members.filter(\.isSet).map(\.name) == ["键", "d", "f"])
    }

    @Test("JSON that is no object has no members", arguments: ["[1]", "\"深\"", "null", "12"])
    func noObject(text: String) throws {
        let json = try #require(CallerJSON(text))
        #expect(!json.isObject && json.members.isEmpty)
    }

    @Test func numbersOfAnySize() {
        #expect(CallerJSON(#"{"seed":123456789012345678901234567890}"#) != nil)
    }
}
