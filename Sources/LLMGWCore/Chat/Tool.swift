/// A function that the model may call.
public struct Tool: Sendable, Hashable {
    public var name: String
    public var description: String?
    /// A JSON Schema object.
    public var parameters: RawJSON?
    public var strict: Bool?

    public init(name: String, description: String? = nil, parameters: RawJSON? = nil, strict: Bool? = nil) {
        self.name = name
        self.description = description
        self.parameters = parameters
        self.strict = strict
    }
}

/// Which tool the model uses.
public enum ToolChoice: Sendable, Hashable {
    case auto, none, required
    case named(String)
}

/// The form of the answer.
public enum ResponseFormat: Sendable, Hashable {
    case text
    case jsonObject
    case jsonSchema(name: String, schema: RawJSON, description: String?, strict: Bool?)
}
