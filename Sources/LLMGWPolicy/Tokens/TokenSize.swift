public import LLMGWCore

/// The size of a text in tokens, guessed from its bytes: one pass, one table look-up for each byte, no tokenizer.
///
/// Letters of English share a token, a Chinese character is about one, digits and punctuation lie between. How far a model's own tokenizer is from that is
/// learned by `TokenCalibration`.
public struct TokenSize: Sendable, Hashable {
    /// What a conversation costs beside its texts, for each message.
    private static let perMessage = 4 * unit
    /// Providers make between 85 and some 1,600 tokens of an image; its size is not known here.
    private static let perImage = 1000 * unit
    private static let perSmallImage = 85 * unit
    private static let unit = 64

    /// In 64ths of a token, by the byte; the bytes that continue a character count nothing.
    private static let weights: [UInt8] = (0...255).map { byte in
        switch UInt8(byte) {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): 14
        case UInt8(ascii: " "), 0x09, 0x0D: 6
        case UInt8(ascii: "0")...UInt8(ascii: "9"): 26
        case 0x00...0x7F: 40
        case 0x80...0xBF: 0
        // Latin with accents, Greek, Cyrillic, Hebrew, Arabic.
        case 0xC0...0xDF: 36
        // Indic and South-East Asian scripts, typographic marks.
        case 0xE0...0xE2: 52
        // Chinese, Japanese, Korean.
        case 0xE3...0xEF: 64
        // Emoji, rare characters.
        default: 128
        }
    }

    private var units = 0

    public init() {}

    public init(_ text: String) { add(text) }

    public var tokens: Int { (units + Self.unit - 1) / Self.unit }

    public mutating func add(_ text: String) {
        var text = text
        units += text.withUTF8 { bytes in
            Self.weights.withUnsafeBufferPointer { weights in
                bytes.reduce(into: 0) { $0 += Int(weights[Int($1)]) }
            }
        }
    }

    public mutating func add(_ text: String?) { if let text { add(text) } }

    private mutating func add(_ json: RawJSON?) { if let json { add(json.text) } }

    public init(_ request: ChatRequest) {
        for message in request.messages { add(message) }
        for tool in request.tools {
            add(tool.name)
            add(tool.description)
            add(tool.parameters)
        }
        if case .jsonSchema(_, let schema, let description, _) = request.responseFormat {
            add(schema.text)
            add(description)
        }
        add(request.extra)
    }

    public init(_ request: CompleteRequest) {
        add(request.prompt)
        add(request.suffix)
        add(request.extra)
    }

    public init(_ request: EmbedRequest) {
        for input in request.inputs { add(input) }
        add(request.extra)
    }

    private mutating func add(_ message: ChatMessage) {
        units += Self.perMessage
        switch message.content {
        case nil: break
        case .text(let text): add(text)
        case .parts(let parts):
            for part in parts {
                switch part {
                case .text(let text): add(text)
                case .image(_, let detail): units += detail == "low" ? Self.perSmallImage : Self.perImage
                case .json(let json): add(json)
                }
            }
        }
        for call in message.toolCalls {
            add(call.name)
            add(call.arguments)
        }
        add(message.extra)
    }
}
