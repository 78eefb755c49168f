import LLMGWCore
import LLMGWJSON

/// Where a picture is: in the request, or at an address that the upstream fetches.
enum AnthropicImageSource: Equatable {
    case base64(mediaType: String, data: String)
    case url(String)

    /// `path` names the part in the error. The URL may hold the picture itself: it is not repeated.
    init(_ url: String, _ path: String) throws(GatewayError) {
        try ContentPart.requireImageURL(url, path)
        guard url.prefix(5).lowercased() == "data:" else {
            self = .url(url)
            return
        }
        guard let comma = url.utf8.firstIndex(of: UInt8(ascii: ",")) else {
            throw .invalid(path + ".image.url", "is a data URL without data")
        }
        let head = url[..<comma].dropFirst(5).lowercased()
        let mediaType = head.prefix { $0 != ";" }
        guard head.hasSuffix(";base64"), !mediaType.isEmpty else {
            throw .invalid(path + ".image.url", "is a data URL that is not a media type and base64")
        }
        self = .base64(mediaType: String(mediaType), data: String(url[url.utf8.index(after: comma)...]))
    }

    func write(_ json: inout JSONWriter) {
        json.object { json in
            json.key("type")
            switch self {
            case .base64(let mediaType, let data):
                json.string("base64")
                json.member("media_type", mediaType)
                json.member("data", data)
            case .url(let url):
                json.string("url")
                json.member("url", url)
            }
        }
    }
}
