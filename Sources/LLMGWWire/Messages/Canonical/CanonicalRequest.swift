internal import CLLMGWProto
internal import Glibc

/// What a request asks, in the same bytes for all requests that ask the same: what the shared cache knows it by.
///
/// It is the request itself, packed anew in the order of its fields' numbers, with JSON in its canonical form, and without what does not
/// change the answer. Everything counts that is not taken out here by name: a field added later does, and so does one that only the client
/// knows.
public struct CanonicalRequest: Sendable, Hashable {
    /// The model that is asked for. It is not in the bytes, because several names can mean one model.
    public var model: String?
    public var isStream: Bool
    public var bytes: [UInt8]

    /// A request that can have equals.
    public enum Kind: Sendable {
        case chat, complete, embed
    }

    /// Members of `extra` that do not change the answer.
    public static let ignoredMembers: Set<String> = [
        "stream", "stream_options", "user", "safety_identifier", "metadata", "prompt_cache_key",
        "service_tier",
    ]
}

/// The canonical form of a JSON text without some of its outermost members; nil where it has none.
public typealias CanonicalForm = (_ json: UnsafeRawBufferPointer, _ ignored: Set<String>) -> [UInt8]?

extension MessageCodec {
    /// Nil if the bytes are not such a request.
    public func canonical(
        _ kind: CanonicalRequest.Kind, _ request: [UInt8], json: @escaping CanonicalForm
    ) -> CanonicalRequest? {
        switch kind {
        case .chat: canonical(Llmgw__V1__ChatRequest.self, request, json)
        case .complete: canonical(Llmgw__V1__CompleteRequest.self, request, json)
        case .embed: canonical(Llmgw__V1__EmbedRequest.self, request, json)
        }
    }

    private func canonical<Request: CanonicalStruct>(
        _ type: Request.Type, _ request: [UInt8], _ json: @escaping CanonicalForm
    ) -> CanonicalRequest? {
        request.withUnsafeBytes { bytes in
            withUnpacked(Request.self, bytes) { message -> CanonicalRequest? in
                guard let message else { return nil }
                let (model, isStream) = message.pointee.takeAddress()
                message.pointee.simplify(CanonicalFields(arena: arena, json: json))
                return CanonicalRequest(model: model, isStream: isStream, bytes: Self.serialise(message))
            }
        }
    }
}

/// A request's struct, which can be brought into its canonical form in place.
protocol CanonicalStruct: ProtobufCStruct {
    /// Takes out whom it asks, and in what form it wants the answer.
    mutating func takeAddress() -> (model: String?, isStream: Bool)
    /// Takes out what does not change the answer, and gives one form to what can be said in several.
    mutating func simplify(_ fields: CanonicalFields)
}

/// Brings single fields into their canonical form.
struct CanonicalFields {
    let arena: ProtobufArena
    let json: CanonicalForm

    /// What comes before a JSON text: whether it is canonical, or has to be compared as it is.
    private static let isCanonical: UInt8 = 1
    private static let isRaw: UInt8 = 0

    func canonicalise(
        _ has: inout protobuf_c_boolean, _ data: inout ProtobufCBinaryData, ignoring ignored: Set<String> = []
    ) {
        guard has != 0 else { return }
        let raw = UnsafeRawBufferPointer(start: data.data, count: data.len)
        let canonical = json(raw, ignored)
        // An object that has only what is ignored is as good as none.
        if !ignored.isEmpty, canonical?.elementsEqual("{}".utf8) == true {
            has = 0
            return
        }
        let marked = canonical.map { [Self.isCanonical] + $0 } ?? [Self.isRaw] + Array(raw)
        data = marked.withUnsafeBytes(arena.bytes)
    }

    /// The caller's end user does not change the answer, and a bias has no place among the others.
    func simplify(_ sampling: inout UnsafeMutablePointer<Llmgw__V1__Sampling>?) {
        guard let pointer = sampling else { return }
        pointer.pointee.user = nil
        var biases = UnsafeMutableBufferPointer(start: pointer.pointee.logit_bias, count: pointer.pointee.n_logit_bias)
        biases.sort { a, b in
            guard let a = a?.pointee.token, let b = b?.pointee.token else { return a == nil && b != nil }
            return strcmp(a, b) < 0
        }
        if MessageCodec.serialise(pointer).isEmpty { sampling = nil }
    }
}
