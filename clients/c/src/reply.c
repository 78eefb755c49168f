#include "reply.h"

#include "unpack.h"

#include <errno.h>
#include <stdlib.h>

struct llmgw_reply {
    struct arena arena;
    uint16_t method;
    Llmgw__V1__ChatReply *chat;
    Llmgw__V1__CompleteReply *complete;
    Llmgw__V1__EmbedReply *embed;
};

llmgw_reply *reply_read(uint16_t method, const void *bytes, size_t length) {
    llmgw_reply *reply = calloc(1, sizeof *reply);
    if (!reply) {
        errno = ENOMEM;
        return NULL;
    }
    reply->method = method;
    ProtobufCAllocator *allocator = arena_begin(&reply->arena, length);
    switch (method) {
    case METHOD_CHAT:
        reply->chat = llmgw__v1__chat_reply__unpack(allocator, length, bytes);
        break;
    case METHOD_COMPLETE:
        reply->complete = llmgw__v1__complete_reply__unpack(allocator, length, bytes);
        break;
    case METHOD_EMBED:
        reply->embed = llmgw__v1__embed_reply__unpack(allocator, length, bytes);
        break;
    }
    if (!reply->chat && !reply->complete && !reply->embed) {
        errno = reply->arena.is_short ? ENOMEM : EBADMSG;
        llmgw_reply_free(reply);
        return NULL;
    }
    return reply;
}

void llmgw_reply_free(llmgw_reply *reply) {
    if (reply) {
        arena_end(&reply->arena);
        free(reply);
    }
}

const char *finish_reason(protobuf_c_boolean has, Llmgw__V1__FinishReason reason, const char *detail) {
    if (!has) {
        return NULL;
    }
    switch ((int)reason) {
    case LLMGW__V1__FINISH_REASON__FINISH_REASON_STOP:
        return "stop";
    case LLMGW__V1__FINISH_REASON__FINISH_REASON_LENGTH:
        return "length";
    case LLMGW__V1__FINISH_REASON__FINISH_REASON_TOOL_CALLS:
        return "tool_calls";
    case LLMGW__V1__FINISH_REASON__FINISH_REASON_CONTENT_FILTER:
        return "content_filter";
    default:
        return detail ? detail : "";
    }
}

void read_tool_call(const Llmgw__V1__ToolCall *from, llmgw_tool_call *to) {
    to->index = from->index;
    to->id = from->id;
    to->name = from->name;
    to->arguments = (const char *)from->arguments.data;
    to->arguments_length = from->arguments.len;
}

static const Llmgw__V1__ChatChoice *chat_choice(const llmgw_reply *reply, size_t choice) {
    return reply->chat && choice < reply->chat->n_choices ? reply->chat->choices[choice] : NULL;
}

static const Llmgw__V1__CompleteChoice *complete_choice(const llmgw_reply *reply, size_t choice) {
    return reply->complete && choice < reply->complete->n_choices ? reply->complete->choices[choice] : NULL;
}

size_t llmgw_reply_choices(const llmgw_reply *reply) {
    return reply->chat ? reply->chat->n_choices : reply->complete ? reply->complete->n_choices : 0;
}

// Bytes that are present but empty have no data in protobuf-c; the caller must be able to tell them from none.
static const char *present(protobuf_c_boolean has, const ProtobufCBinaryData *bytes, size_t *length) {
    *length = has ? bytes->len : 0;
    return !has ? NULL : bytes->data ? (const char *)bytes->data : "";
}

const char *llmgw_reply_text(const llmgw_reply *reply, size_t choice, size_t *length) {
    const Llmgw__V1__ChatChoice *chat = chat_choice(reply, choice);
    const Llmgw__V1__CompleteChoice *complete = complete_choice(reply, choice);
    *length = 0;
    return chat       ? present(chat->has_text, &chat->text, length)
           : complete ? present(complete->has_text, &complete->text, length)
                      : NULL;
}

const char *llmgw_reply_finish_reason(const llmgw_reply *reply, size_t choice) {
    const Llmgw__V1__ChatChoice *chat = chat_choice(reply, choice);
    const Llmgw__V1__CompleteChoice *complete = complete_choice(reply, choice);
    return chat       ? finish_reason(chat->has_finish_reason, chat->finish_reason, chat->finish_detail)
           : complete ? finish_reason(complete->has_finish_reason, complete->finish_reason, complete->finish_detail)
                      : NULL;
}

size_t llmgw_reply_tool_calls(const llmgw_reply *reply, size_t choice) {
    const Llmgw__V1__ChatChoice *chat = chat_choice(reply, choice);
    return chat ? chat->n_tool_calls : 0;
}

bool llmgw_reply_tool_call(const llmgw_reply *reply, size_t choice, size_t position, llmgw_tool_call *tool_call) {
    if (position >= llmgw_reply_tool_calls(reply, choice)) {
        return false;
    }
    read_tool_call(chat_choice(reply, choice)->tool_calls[position], tool_call);
    return true;
}

size_t llmgw_reply_embeddings(const llmgw_reply *reply) {
    return reply->embed ? reply->embed->n_embeddings : 0;
}

const float *llmgw_reply_embedding(const llmgw_reply *reply, size_t position, size_t *count) {
    bool exists = position < llmgw_reply_embeddings(reply);
    *count = exists ? reply->embed->embeddings[position]->n_values : 0;
    return exists ? reply->embed->embeddings[position]->values : NULL;
}

static int64_t number(protobuf_c_boolean has, uint64_t value) {
    return !has ? -1 : value < INT64_MAX ? (int64_t)value : INT64_MAX;
}

llmgw_usage llmgw_reply_usage(const llmgw_reply *reply) {
    const Llmgw__V1__Usage *usage = reply->chat       ? reply->chat->usage
                                    : reply->complete ? reply->complete->usage
                                                      : reply->embed->usage;
    if (!usage) {
        return (llmgw_usage){-1, -1, -1, -1, -1};
    }
    return (llmgw_usage){
        number(usage->has_input_tokens, usage->input_tokens),
        number(usage->has_output_tokens, usage->output_tokens),
        number(usage->has_cached_input_tokens, usage->cached_input_tokens),
        number(usage->has_reasoning_tokens, usage->reasoning_tokens),
        number(usage->has_total_tokens, usage->total_tokens),
    };
}

// NULL: not said, or a newer daemon's.
static const char *cache_state(const Llmgw__V1__ReplyInfo *info) {
    static const char *const names[] = {NULL, "bypass", "miss", "hit", "stale", "coalesced"};
    size_t state = info->has_cache ? (size_t)info->cache : 0;
    return state < sizeof names / sizeof *names ? names[state] : NULL;
}

llmgw_info llmgw_reply_info(const llmgw_reply *reply) {
    const Llmgw__V1__ReplyInfo *info = reply->chat       ? reply->chat->info
                                       : reply->complete ? reply->complete->info
                                                         : reply->embed->info;
    llmgw_info result = {
        .queue_us = -1, .first_token_us = -1, .total_us = -1, .overhead_us = -1, .cache_age_ms = -1, .cost_micros = -1, .cache_similarity = -1};
    if (!info) {
        return result;
    }
    result.request_id = info->request_id;
    result.model = info->model;
    result.upstream_model = info->upstream_model;
    result.provider = info->provider;
    result.upstream_id = info->upstream_id;
    result.source = info->source;
    result.attempts = info->attempts;
    result.cache = cache_state(info);
    result.cache_key = info->cache_key;
    result.cache_age_ms = number(info->has_cache_age_ms, info->cache_age_ms);
    result.cache_similarity = info->has_cache_similarity ? info->cache_similarity : -1;
    result.usage_source = info->usage_source;
    if (info->cost && info->cost->has_micros && info->cost->currency) {
        result.cost_micros = info->cost->micros;
        result.currency = info->cost->currency;
    }
    const Llmgw__V1__Latency *latency = info->latency;
    if (latency) {
        result.queue_us = number(latency->has_queue_us, latency->queue_us);
        result.first_token_us = number(latency->has_first_token_us, latency->first_token_us);
        result.total_us = number(latency->has_total_us, latency->total_us);
        result.overhead_us = number(latency->has_overhead_us, latency->overhead_us);
    }
    return result;
}
