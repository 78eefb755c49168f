internal import CLLMGWProto

// Every generated struct, as the codec sees it. Written by scripts/make-struct-list.py; do not edit.

extension Llmgw__V1__StatusRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__status_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__status_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ProviderStatus: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__provider_status__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__provider_status__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ModelStatus: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__model_status__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__model_status__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ClientStatus: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__client_status__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__client_status__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__StatusReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__status_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__status_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListRequestsRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_requests_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_requests_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__RequestStatus: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__request_status__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__request_status__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListRequestsReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_requests_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_requests_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__CancelRequestRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__cancel_request_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__cancel_request_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__CancelRequestReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__cancel_request_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__cancel_request_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__GetConfigRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__get_config_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__get_config_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ConfigSetting: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__config_setting__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__config_setting__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__GetConfigReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__get_config_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__get_config_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListDeploymentsRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_deployments_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_deployments_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__FailureCount: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__failure_count__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__failure_count__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__DeploymentStatus: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__deployment_status__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__deployment_status__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListDeploymentsReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_deployments_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_deployments_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListBreakersRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_breakers_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_breakers_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__BreakerStatus: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__breaker_status__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__breaker_status__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListBreakersReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_breakers_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_breakers_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__SetBreakerRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__set_breaker_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__set_breaker_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__SetBreakerReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__set_breaker_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__set_breaker_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__TestModelsRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__test_models_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__test_models_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__TestResult: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__test_result__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__test_result__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__TestModelsReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__test_models_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__test_models_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ExplainRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__explain_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__explain_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__TraceStep: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__trace_step__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__trace_step__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__RequestTrace: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__request_trace__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__request_trace__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ExplainReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__explain_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__explain_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListAlertsRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_alerts_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_alerts_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__AlertStatus: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__alert_status__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__alert_status__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListAlertsReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_alerts_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_alerts_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__GetCacheStatsRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__get_cache_stats_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__get_cache_stats_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__CacheCounts: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__cache_counts__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__cache_counts__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__CacheCountsOf: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__cache_counts_of__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__cache_counts_of__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__CacheTierStatus: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__cache_tier_status__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__cache_tier_status__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__GetCacheStatsReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__get_cache_stats_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__get_cache_stats_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__GetCacheEntryRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__get_cache_entry_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__get_cache_entry_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__CacheEntry: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__cache_entry__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__cache_entry__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__GetCacheEntryReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__get_cache_entry_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__get_cache_entry_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__PurgeCacheRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__purge_cache_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__purge_cache_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__CachePurgeCount: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__cache_purge_count__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__cache_purge_count__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__PurgeCacheReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__purge_cache_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__purge_cache_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__Sampling: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__sampling__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__sampling__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__LogitBias: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__logit_bias__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__logit_bias__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__Tool: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__tool__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__tool__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ToolChoice: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__tool_choice__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__tool_choice__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ResponseFormat: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__response_format__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__response_format__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ChatRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__chat_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__chat_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ChatChoice: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__chat_choice__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__chat_choice__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ChatReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__chat_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__chat_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ChatChunk: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__chat_chunk__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__chat_chunk__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__CompleteRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__complete_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__complete_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__CompleteChoice: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__complete_choice__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__complete_choice__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__CompleteReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__complete_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__complete_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__CompleteChunk: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__complete_chunk__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__complete_chunk__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__EmbedRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__embed_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__embed_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__Embedding: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__embedding__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__embedding__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__EmbedReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__embed_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__embed_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__BatchRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__batch_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__batch_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__BatchResult: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__batch_result__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__batch_result__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__BatchProgress: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__batch_progress__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__batch_progress__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__BatchEvent: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__batch_event__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__batch_event__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__BatchReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__batch_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__batch_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListModelsRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_models_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_models_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ModelInfo: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__model_info__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__model_info__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListModelsReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_models_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_models_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ReloadRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__reload_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__reload_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__SettingChange: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__setting_change__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__setting_change__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__SettingProblem: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__setting_problem__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__setting_problem__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ReloadReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__reload_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__reload_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__DrainRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__drain_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__drain_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__DrainReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__drain_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__drain_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__UpgradeRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__upgrade_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__upgrade_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__UpgradeReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__upgrade_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__upgrade_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__PauseStatus: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__pause_status__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__pause_status__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__PauseRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__pause_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__pause_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__PauseReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__pause_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__pause_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ResumeRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__resume_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__resume_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ResumeReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__resume_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__resume_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__WatchEventsRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__watch_events_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__watch_events_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__Event: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__event__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__event__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__RequestRecord: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__request_record__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__request_record__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__WatchEventsReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__watch_events_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__watch_events_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListSlowRequestsRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) {
        llmgw__v1__list_slow_requests_request__init(pointer)
    }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_slow_requests_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListSlowRequestsReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_slow_requests_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_slow_requests_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__GetLatencyRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__get_latency_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__get_latency_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__LatencyRow: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__latency_row__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__latency_row__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__GetLatencyReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__get_latency_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__get_latency_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__GetMetricsRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__get_metrics_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__get_metrics_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__GetMetricsReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__get_metrics_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__get_metrics_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__PingRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__ping_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__ping_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__PingReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__ping_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__ping_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__GetInfoRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__get_info_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__get_info_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__MethodInfo: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__method_info__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__method_info__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__GetInfoReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__get_info_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__get_info_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__GetSchemaRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__get_schema_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__get_schema_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__SchemaFile: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__schema_file__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__schema_file__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__GetSchemaReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__get_schema_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__get_schema_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListLimitsRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_limits_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_limits_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__LimitStatus: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__limit_status__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__limit_status__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListLimitsReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_limits_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_limits_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListQueuesRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_queues_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_queues_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__QueueStatus: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__queue_status__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__queue_status__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListQueuesReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_queues_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_queues_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListClientsRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_clients_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_clients_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ClientAccount: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__client_account__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__client_account__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListClientsReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_clients_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_clients_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__GetUsageRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__get_usage_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__get_usage_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__UsageRow: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__usage_row__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__usage_row__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__GetUsageReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__get_usage_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__get_usage_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListBudgetsRequest: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_budgets_request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_budgets_request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__BudgetStatus: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__budget_status__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__budget_status__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ListBudgetsReply: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__list_budgets_reply__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__list_budgets_reply__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__Label: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__label__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__label__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ImagePart: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__image_part__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__image_part__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ContentPart: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__content_part__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__content_part__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ToolCall: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__tool_call__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__tool_call__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__Message: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__message__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__message__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__Usage: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__usage__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__usage__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__Latency: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__latency__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__latency__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__Cost: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__cost__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__cost__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__CacheControl: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__cache_control__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__cache_control__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__AttemptInfo: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__attempt_info__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__attempt_info__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ReplyInfo: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__reply_info__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__reply_info__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__Status: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__status__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__status__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__Limits: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__limits__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__limits__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__Hello: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__hello__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__hello__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__HelloOk: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__hello_ok__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__hello_ok__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__Request: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__request__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__request__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__Head: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__head__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__head__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__End: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__end__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__end__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__ConnectionError: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__connection_error__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__connection_error__unpack(allocator, size, bytes) }
}

extension Llmgw__V1__GoAway: ProtobufCStruct {
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) { llmgw__v1__go_away__init(pointer) }
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? { llmgw__v1__go_away__unpack(allocator, size, bytes) }
}
