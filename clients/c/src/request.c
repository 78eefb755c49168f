#include "request.h"

#include "reply.h"
#include "request_build.h"

#include <stdlib.h>
#include <string.h>

static llmgw_request *request_new(uint16_t method) {
    llmgw_request *request = calloc(1, sizeof *request);
    if (!request) {
        return NULL;
    }
    request->method = method;
    request->envelope = (Llmgw__V1__Request)LLMGW__V1__REQUEST__INIT;
    return request;
}

llmgw_request *llmgw_chat_new(void) {
    llmgw_request *request = request_new(METHOD_CHAT);
    if (request && !(request->chat = new_message(&llmgw__v1__chat_request__descriptor))) {
        llmgw_request_free(request);
        return NULL;
    }
    return request;
}

llmgw_request *llmgw_complete_new(const char *prompt, size_t length) {
    llmgw_request *request = request_new(METHOD_COMPLETE);
    if (request && (!(request->complete = new_message(&llmgw__v1__complete_request__descriptor)) ||
                    set_bytes(&request->complete->has_prompt, &request->complete->prompt, prompt, length) != 0)) {
        llmgw_request_free(request);
        return NULL;
    }
    return request;
}

llmgw_request *llmgw_embed_new(void) {
    llmgw_request *request = request_new(METHOD_EMBED);
    if (request && !(request->embed = new_message(&llmgw__v1__embed_request__descriptor))) {
        llmgw_request_free(request);
        return NULL;
    }
    return request;
}

void llmgw_request_free(llmgw_request *request) {
    if (!request) {
        return;
    }
    for (size_t i = 0; i < request->envelope.n_labels; i++) {
        llmgw__v1__label__free_unpacked(request->envelope.labels[i], NULL);
    }
    free(request->envelope.labels);
    llmgw__v1__cache_control__free_unpacked(request->envelope.cache, NULL);
    llmgw__v1__chat_request__free_unpacked(request->chat, NULL);
    llmgw__v1__complete_request__free_unpacked(request->complete, NULL);
    llmgw__v1__embed_request__free_unpacked(request->embed, NULL);
    free(request);
}

// For all

int llmgw_set_model(llmgw_request *request, const char *model) {
    return set_string(request->chat       ? &request->chat->model
                      : request->complete ? &request->complete->model
                                          : &request->embed->model,
                      model);
}

int llmgw_set_stream(llmgw_request *request, bool stream) {
    if (request->chat) {
        request->chat->has_stream = request->chat->stream = stream;
    } else if (request->complete) {
        request->complete->has_stream = request->complete->stream = stream;
    } else {
        return -1;
    }
    return 0;
}

int llmgw_set_timeout_ms(llmgw_request *request, int64_t timeout_ms) {
    if (timeout_ms < 0) {
        return -1;
    }
    request->timeout_ms = timeout_ms;
    return 0;
}

int llmgw_set_retry_ambiguous(llmgw_request *request, bool allow) {
    request->envelope.has_retry_ambiguous = true;
    request->envelope.retry_ambiguous = allow;
    return 0;
}

int llmgw_add_label(llmgw_request *request, const char *key, const char *value) {
    Llmgw__V1__Label *label = new_message(&llmgw__v1__label__descriptor);
    ADD(request->envelope.labels, request->envelope.n_labels, label,
        set_string(&label->key, key) == 0 && set_string(&label->value, value) == 0, llmgw__v1__label__free_unpacked);
}

int llmgw_set_extra(llmgw_request *request, const char *json, size_t length) {
    if (request->chat) {
        return set_bytes(&request->chat->has_extra, &request->chat->extra, json, length);
    }
    if (request->complete) {
        return set_bytes(&request->complete->has_extra, &request->complete->extra, json, length);
    }
    return set_bytes(&request->embed->has_extra, &request->embed->extra, json, length);
}

// Sampling

// NULL: this kind of request has none, or memory is short.
static Llmgw__V1__Sampling *sampling(llmgw_request *request) {
    if (request->embed) {
        return NULL;
    }
    Llmgw__V1__Sampling **place = request->chat ? &request->chat->sampling : &request->complete->sampling;
    if (!*place) {
        *place = new_message(&llmgw__v1__sampling__descriptor);
    }
    return *place;
}

#define SAMPLING_SETTER(name, type)                                                                                                        \
    int llmgw_set_##name(llmgw_request *request, type value) {                                                                             \
        Llmgw__V1__Sampling *target = sampling(request);                                                                                   \
        if (!target) {                                                                                                                     \
            return -1;                                                                                                                     \
        }                                                                                                                                  \
        target->has_##name = true;                                                                                                         \
        target->name = value;                                                                                                              \
        return 0;                                                                                                                          \
    }

SAMPLING_SETTER(temperature, double)
SAMPLING_SETTER(top_p, double)
SAMPLING_SETTER(max_tokens, uint32_t)
SAMPLING_SETTER(seed, int64_t)
SAMPLING_SETTER(presence_penalty, double)
SAMPLING_SETTER(frequency_penalty, double)
SAMPLING_SETTER(n, uint32_t)

int llmgw_set_user(llmgw_request *request, const char *user) {
    if (request->embed) {
        return set_string(&request->embed->user, user);
    }
    Llmgw__V1__Sampling *target = sampling(request);
    return target ? set_string(&target->user, user) : -1;
}

int llmgw_add_stop(llmgw_request *request, const char *text, size_t length) {
    Llmgw__V1__Sampling *target = sampling(request);
    return target ? add_bytes(&target->stop, &target->n_stop, text, length) : -1;
}

int llmgw_add_logit_bias(llmgw_request *request, const char *token, double bias) {
    Llmgw__V1__Sampling *target = sampling(request);
    if (!target) {
        return -1;
    }
    Llmgw__V1__LogitBias *entry = new_message(&llmgw__v1__logit_bias__descriptor);
    if (entry) {
        entry->has_bias = true;
        entry->bias = bias;
    }
    ADD(target->logit_bias, target->n_logit_bias, entry, set_string(&entry->token, token) == 0, llmgw__v1__logit_bias__free_unpacked);
}

// Embed

int llmgw_add_input(llmgw_request *request, const char *text, size_t length) {
    return request->embed ? add_bytes(&request->embed->inputs, &request->embed->n_inputs, text, length) : -1;
}

int llmgw_set_dimensions(llmgw_request *request, uint32_t dimensions) {
    if (!request->embed) {
        return -1;
    }
    request->embed->has_dimensions = true;
    request->embed->dimensions = dimensions;
    return 0;
}

// Packing

uint16_t request_method(const llmgw_request *request) {
    return request->method;
}

int64_t request_timeout_ms(const llmgw_request *request) {
    return request->timeout_ms;
}

static bool pack_envelope(Llmgw__V1__Request envelope, const void *body, size_t length, int64_t timeout_ms, struct buffer *out) {
    envelope.has_timeout_ms = timeout_ms > 0;
    envelope.timeout_ms = (uint64_t)timeout_ms;
    envelope.has_body = true;
    envelope.body = (ProtobufCBinaryData){length, (uint8_t *)body};
    size_t size = llmgw__v1__request__get_packed_size(&envelope);
    if (!buffer_reserve(out, size)) {
        return false;
    }
    out->count += llmgw__v1__request__pack(&envelope, out->data + out->count);
    return true;
}

bool request_pack(const llmgw_request *request, bool may_stream, int64_t timeout_ms, struct buffer *out) {
    // Shallow copies: only `stream` differs.
    Llmgw__V1__ChatRequest chat;
    Llmgw__V1__CompleteRequest complete;
    const ProtobufCMessage *message;
    if (request->chat) {
        chat = *request->chat;
        chat.has_stream = chat.stream = may_stream && chat.stream;
        message = &chat.base;
    } else if (request->complete) {
        complete = *request->complete;
        complete.has_stream = complete.stream = may_stream && complete.stream;
        message = &complete.base;
    } else {
        message = &request->embed->base;
    }
    size_t length = protobuf_c_message_get_packed_size(message);
    uint8_t *body = malloc(length ? length : 1);
    if (!body) {
        return false;
    }
    protobuf_c_message_pack(message, body);
    bool packed = pack_envelope(request->envelope, body, length, timeout_ms, out);
    free(body);
    return packed;
}

bool request_pack_raw(const void *body, size_t length, int64_t timeout_ms, struct buffer *out) {
    return pack_envelope((Llmgw__V1__Request)LLMGW__V1__REQUEST__INIT, body, length, timeout_ms, out);
}
