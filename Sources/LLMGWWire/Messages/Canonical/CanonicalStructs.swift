internal import CLLMGWProto

extension Llmgw__V1__ChatRequest: CanonicalStruct {
    mutating func takeAddress() -> (model: String?, isStream: Bool) {
        defer {
            model = nil
            has_stream = 0
        }
        return (model.flatMap { String(validatingCString: $0) }, present(has_stream, stream != 0) ?? false)
    }

    mutating func simplify(_ fields: CanonicalFields) {
        fields.simplify(&sampling)
        fields.canonicalise(&has_extra, &extra, ignoring: CanonicalRequest.ignoredMembers)
        if let format = response_format { fields.canonicalise(&format.pointee.has_schema, &format.pointee.schema) }
        for tool in UnsafeBufferPointer(start: tools, count: n_tools) {
            guard let tool else { continue }
            fields.canonicalise(&tool.pointee.has_parameters, &tool.pointee.parameters)
        }
        for message in UnsafeBufferPointer(start: messages, count: n_messages) {
            message?.pointee.simplify(fields)
        }
    }
}

extension Llmgw__V1__Message {
    fileprivate mutating func simplify(_ fields: CanonicalFields) {
        fields.canonicalise(&has_extra, &extra)
        for part in UnsafeBufferPointer(start: parts, count: n_parts) {
            guard let part, part.pointee.kind_case == LLMGW__V1__CONTENT_PART__KIND_JSON else { continue }
            var isThere: protobuf_c_boolean = 1
            fields.canonicalise(&isThere, &part.pointee.json)
        }
    }
}

extension Llmgw__V1__CompleteRequest: CanonicalStruct {
    mutating func takeAddress() -> (model: String?, isStream: Bool) {
        defer {
            model = nil
            has_stream = 0
        }
        return (model.flatMap { String(validatingCString: $0) }, present(has_stream, stream != 0) ?? false)
    }

    mutating func simplify(_ fields: CanonicalFields) {
        fields.simplify(&sampling)
        fields.canonicalise(&has_extra, &extra, ignoring: CanonicalRequest.ignoredMembers)
    }
}

extension Llmgw__V1__EmbedRequest: CanonicalStruct {
    mutating func takeAddress() -> (model: String?, isStream: Bool) {
        defer { model = nil }
        return (model.flatMap { String(validatingCString: $0) }, false)
    }

    mutating func simplify(_ fields: CanonicalFields) {
        user = nil
        fields.canonicalise(&has_extra, &extra, ignoring: CanonicalRequest.ignoredMembers)
    }
}
