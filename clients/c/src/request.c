// Requests are kept as protobuf-c messages in malloc'ed memory, so that protobuf-c packs and frees them.
#include "request.h"

#include "llmgw/v1/gateway.pb-c.h"
#include "llmgw/v1/wire.pb-c.h"
#include "reply.h"

#include <stdlib.h>
#include <string.h>

struct llmgw_request {
    uint16_t method;
    int64_t timeout_ms;
    Llmgw__V1__Request envelope; // the labels
    Llmgw__V1__ChatRequest *chat; // one of these three
    Llmgw__V1__CompleteRequest *complete;
    Llmgw__V1__EmbedRequest *embed;
};

static void *new_message(const ProtobufCMessageDescriptor *descriptor) {
    void *message = malloc(descriptor->sizeof_message);
    if (message) {
        protobuf_c_message_init(descriptor, message);
    }
    return message;
}

static int set_string(char **target, const char *text) {
    char *copy = text ? strdup(text) : NULL;
    if (!copy) {
        return -1;
    }
    free(*target);
    *target = copy;
    return 0;
}

static int copy_bytes(ProtobufCBinaryData *target, const char *text, size_t length) {
    if (!text) {
        return -1;
    }
    length = length == (size_t)-1 ? strlen(text) : length;
    uint8_t *copy = malloc(length ? length : 1);
    if (!copy) {
        return -1;
    }
    memcpy(copy, text, length);
    *target = (ProtobufCBinaryData){length, copy};
    return 0;
}

static int set_bytes(protobuf_c_boolean *has, ProtobufCBinaryData *target, const char *text, size_t length) {
    ProtobufCBinaryData copy;
    if (copy_bytes(&copy, text, length) != 0) {
        return -1;
    }
    free(*has ? target->data : NULL);
    *has = true;
    *target = copy;
    return 0;
}

// Makes room for one more element: arrays grow when their count is a power of two.
static bool grow(void *array, size_t count, size_t size) {
    if ((count & (count - 1)) != 0) {
        return true;
    }
    void *old;
    memcpy(&old, array, sizeof old);
    void *grown = realloc(old, size * (count ? 2 * count : 1));
    if (!grown) {
        return false;
    }
    memcpy(array, &grown, sizeof grown);
    return true;
}

static int add_bytes(ProtobufCBinaryData **array, size_t *count, const char *text, size_t length) {
    if (!grow(array, *count, sizeof **array) || copy_bytes(*array + *count, text, length) != 0) {
        return -1;
    }
    ++*count;
    return 0;
}

// Puts a message at the end of an array, or frees it where something failed.
#define ADD(array, count, element, is_complete, release)                                                                                   \
    do {                                                                                                                                   \
        if (!(element) || !(is_complete) || !grow(&(array), (count), sizeof *(array))) {                                                   \
            release((element), NULL);                                                                                                      \
            return -1;                                                                                                                     \
        }                                                                                                                                  \
        (array)[(count)++] = (element);                                                                                                    \
        return 0;                                                                                                                          \
    } while (0)

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

// Chat: messages

int llmgw_add_message(llmgw_request *request, enum llmgw_role role, const char *text, size_t length) {
    if (!request->chat || role < LLMGW_SYSTEM || role > LLMGW_FUNCTION) {
        return -1;
    }
    Llmgw__V1__Message *message = new_message(&llmgw__v1__message__descriptor);
    if (message) {
        message->has_role = true;
        message->role = (Llmgw__V1__Role)role;
    }
    ADD(request->chat->messages, request->chat->n_messages, message,
        !text || set_bytes(&message->has_text, &message->text, text, length) == 0, llmgw__v1__message__free_unpacked);
}

// NULL: there is none.
static Llmgw__V1__Message *last_message(llmgw_request *request) {
    return request->chat && request->chat->n_messages ? request->chat->messages[request->chat->n_messages - 1] : NULL;
}

int llmgw_message_set_name(llmgw_request *request, const char *name) {
    Llmgw__V1__Message *message = last_message(request);
    return message ? set_string(&message->name, name) : -1;
}

int llmgw_message_set_tool_call_id(llmgw_request *request, const char *id) {
    Llmgw__V1__Message *message = last_message(request);
    return message ? set_string(&message->tool_call_id, id) : -1;
}

int llmgw_message_add_tool_call(llmgw_request *request, const char *id, const char *name, const char *arguments, size_t length) {
    Llmgw__V1__Message *message = last_message(request);
    if (!message) {
        return -1;
    }
    Llmgw__V1__ToolCall *call = new_message(&llmgw__v1__tool_call__descriptor);
    if (call) {
        call->has_index = true;
        call->index = (uint32_t)message->n_tool_calls;
    }
    ADD(message->tool_calls, message->n_tool_calls, call,
        set_string(&call->id, id) == 0 && set_string(&call->name, name) == 0 &&
            set_bytes(&call->has_arguments, &call->arguments, arguments, length) == 0,
        llmgw__v1__tool_call__free_unpacked);
}

int llmgw_message_set_extra(llmgw_request *request, const char *json, size_t length) {
    Llmgw__V1__Message *message = last_message(request);
    return message ? set_bytes(&message->has_extra, &message->extra, json, length) : -1;
}

static int add_part(llmgw_request *request, Llmgw__V1__ContentPart *part, bool is_complete) {
    Llmgw__V1__Message *message = last_message(request);
    if (!message || message->has_text) {
        llmgw__v1__content_part__free_unpacked(part, NULL);
        return -1;
    }
    ADD(message->parts, message->n_parts, part, is_complete, llmgw__v1__content_part__free_unpacked);
}

static int add_bytes_part(llmgw_request *request, Llmgw__V1__ContentPart__KindCase kind, const char *text, size_t length) {
    Llmgw__V1__ContentPart *part = new_message(&llmgw__v1__content_part__descriptor);
    // `text` and `json` share their place.
    bool copied = part && copy_bytes(&part->text, text, length) == 0;
    if (copied) {
        part->kind_case = kind;
    }
    return add_part(request, part, copied);
}

int llmgw_message_add_text(llmgw_request *request, const char *text, size_t length) {
    return add_bytes_part(request, LLMGW__V1__CONTENT_PART__KIND_TEXT, text, length);
}

int llmgw_message_add_json(llmgw_request *request, const char *json, size_t length) {
    return add_bytes_part(request, LLMGW__V1__CONTENT_PART__KIND_JSON, json, length);
}

int llmgw_message_add_image(llmgw_request *request, const char *url, size_t length, const char *detail) {
    Llmgw__V1__ContentPart *part = new_message(&llmgw__v1__content_part__descriptor);
    Llmgw__V1__ImagePart *image = new_message(&llmgw__v1__image_part__descriptor);
    if (!part || !image) {
        free(part);
        free(image);
        return -1;
    }
    part->kind_case = LLMGW__V1__CONTENT_PART__KIND_IMAGE;
    part->image = image;
    return add_part(request, part,
                    set_bytes(&image->has_url, &image->url, url, length) == 0 && (!detail || set_string(&image->detail, detail) == 0));
}

// Chat: tools and the answer's form

int llmgw_add_tool(llmgw_request *request, const char *name, const char *description, const char *parameters) {
    if (!request->chat) {
        return -1;
    }
    Llmgw__V1__Tool *tool = new_message(&llmgw__v1__tool__descriptor);
    ADD(request->chat->tools, request->chat->n_tools, tool,
        set_string(&tool->name, name) == 0 &&
            (!description || set_bytes(&tool->has_description, &tool->description, description, (size_t)-1) == 0) &&
            (!parameters || set_bytes(&tool->has_parameters, &tool->parameters, parameters, (size_t)-1) == 0),
        llmgw__v1__tool__free_unpacked);
}

int llmgw_set_tool_choice(llmgw_request *request, const char *choice) {
    Llmgw__V1__ToolChoice *made = request->chat && choice ? new_message(&llmgw__v1__tool_choice__descriptor) : NULL;
    if (!made) {
        return -1;
    }
    made->has_mode = true;
    made->mode = strcmp(choice, "auto") == 0       ? LLMGW__V1__TOOL_CHOICE__MODE__AUTO
                 : strcmp(choice, "none") == 0     ? LLMGW__V1__TOOL_CHOICE__MODE__NONE
                 : strcmp(choice, "required") == 0 ? LLMGW__V1__TOOL_CHOICE__MODE__REQUIRED
                                                   : LLMGW__V1__TOOL_CHOICE__MODE__NAMED;
    if (made->mode == LLMGW__V1__TOOL_CHOICE__MODE__NAMED && set_string(&made->name, choice) != 0) {
        llmgw__v1__tool_choice__free_unpacked(made, NULL);
        return -1;
    }
    llmgw__v1__tool_choice__free_unpacked(request->chat->tool_choice, NULL);
    request->chat->tool_choice = made;
    return 0;
}

int llmgw_set_parallel_tool_calls(llmgw_request *request, bool parallel) {
    if (!request->chat) {
        return -1;
    }
    request->chat->has_parallel_tool_calls = true;
    request->chat->parallel_tool_calls = parallel;
    return 0;
}

static int set_format(llmgw_request *request, Llmgw__V1__ResponseFormat *format, bool is_complete) {
    if (!format || !is_complete) {
        llmgw__v1__response_format__free_unpacked(format, NULL);
        return -1;
    }
    llmgw__v1__response_format__free_unpacked(request->chat->response_format, NULL);
    request->chat->response_format = format;
    return 0;
}

int llmgw_set_response_format(llmgw_request *request, const char *format) {
    bool is_json = format && strcmp(format, "json_object") == 0;
    if (!request->chat || !format || (!is_json && strcmp(format, "text") != 0)) {
        return -1;
    }
    Llmgw__V1__ResponseFormat *made = new_message(&llmgw__v1__response_format__descriptor);
    if (made) {
        made->has_kind = true;
        made->kind = is_json ? LLMGW__V1__RESPONSE_FORMAT__KIND__JSON_OBJECT : LLMGW__V1__RESPONSE_FORMAT__KIND__TEXT;
    }
    return set_format(request, made, true);
}

int llmgw_set_response_schema(llmgw_request *request, const char *name, const char *schema, bool strict) {
    Llmgw__V1__ResponseFormat *made = request->chat ? new_message(&llmgw__v1__response_format__descriptor) : NULL;
    if (!made) {
        return -1;
    }
    made->has_kind = made->has_strict = true;
    made->kind = LLMGW__V1__RESPONSE_FORMAT__KIND__JSON_SCHEMA;
    made->strict = strict;
    return set_format(request, made,
                      set_string(&made->name, name) == 0 && set_bytes(&made->has_schema, &made->schema, schema, (size_t)-1) == 0);
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
