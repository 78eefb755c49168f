// What the setters put into a request.
#include "llmgw/v1/gateway.pb-c.h"
#include "llmgw/v1/wire.pb-c.h"
#include "request.h"
#include "test.h"

#include <string.h>

enum { WHOLE = -1 };

// The method's message as it would be sent. The envelope is to be freed, too.
static Llmgw__V1__Request *pack(const llmgw_request *request, bool may_stream, int64_t timeout_ms) {
    struct buffer bytes = {0};
    CHECK(request_pack(request, may_stream, timeout_ms, &bytes));
    Llmgw__V1__Request *envelope = llmgw__v1__request__unpack(NULL, bytes.count, bytes.data);
    CHECK(envelope != NULL);
    buffer_free(&bytes);
    return envelope;
}

static Llmgw__V1__ChatRequest *pack_chat(const llmgw_request *request, bool may_stream) {
    Llmgw__V1__Request *envelope = pack(request, may_stream, 0);
    CHECK(!envelope->has_timeout_ms);
    Llmgw__V1__ChatRequest *chat = llmgw__v1__chat_request__unpack(NULL, envelope->body.len, envelope->body.data);
    CHECK(chat != NULL);
    llmgw__v1__request__free_unpacked(envelope, NULL);
    return chat;
}

static void empty_chat_has_no_fields(void) {
    llmgw_request *request = llmgw_chat_new();
    Llmgw__V1__Request *envelope = pack(request, true, 1500);
    CHECK_INT(envelope->timeout_ms, 1500);
    CHECK(envelope->has_body && envelope->body.len == 0 && envelope->n_labels == 0);
    CHECK(!envelope->has_retry_ambiguous && !envelope->has_priority && !envelope->cache);
    llmgw__v1__request__free_unpacked(envelope, NULL);
    llmgw_request_free(request);
}

static void sampling(void) {
    llmgw_request *request = llmgw_chat_new();
    CHECK(llmgw_set_model(request, "第一") == 0 && llmgw_set_model(request, "小模型") == 0);
    CHECK(llmgw_set_temperature(request, 0) == 0 && llmgw_set_top_p(request, 0.5) == 0 && llmgw_set_max_tokens(request, 7) == 0);
    CHECK(llmgw_set_seed(request, -5) == 0 && llmgw_set_presence_penalty(request, 1) == 0 && llmgw_set_n(request, 2) == 0);
    CHECK(llmgw_set_frequency_penalty(request, -1) == 0 && llmgw_set_user(request, "用户") == 0);
    CHECK(llmgw_add_stop(request, "a\0b", 3) == 0 && llmgw_add_stop(request, "停", (size_t)WHOLE) == 0);
    CHECK(llmgw_add_stop(request, "", 0) == 0);
    CHECK(llmgw_add_logit_bias(request, "17", -100) == 0 && llmgw_add_logit_bias(request, "18", 1) == 0);
    CHECK(llmgw_set_extra(request, "{\"k\":1}", (size_t)WHOLE) == 0 && llmgw_set_stream(request, true) == 0);
    CHECK(llmgw_add_label(request, "job", "夜间") == 0 && llmgw_add_label(request, "b", "c") == 0);

    Llmgw__V1__ChatRequest *chat = pack_chat(request, true);
    CHECK_STRING(chat->model, "小模型");
    const Llmgw__V1__Sampling *values = chat->sampling;
    CHECK(values->has_temperature && values->temperature == 0 && values->top_p == 0.5 && values->max_tokens == 7);
    CHECK(values->seed == -5 && values->presence_penalty == 1 && values->frequency_penalty == -1 && values->n == 2);
    CHECK_STRING(values->user, "用户");
    CHECK_INT(values->n_stop, 3);
    CHECK(values->stop[0].len == 3 && memcmp(values->stop[0].data, "a\0b", 3) == 0);
    CHECK_BYTES(values->stop[1].data, values->stop[1].len, "停");
    CHECK_INT(values->stop[2].len, 0);
    CHECK_INT(values->n_logit_bias, 2);
    CHECK_STRING(values->logit_bias[0]->token, "17");
    CHECK(values->logit_bias[0]->bias == -100);
    CHECK_BYTES(chat->extra.data, chat->extra.len, "{\"k\":1}");
    CHECK(chat->stream);
    llmgw__v1__chat_request__free_unpacked(chat, NULL);
    chat = pack_chat(request, false);
    CHECK(!chat->has_stream);
    llmgw__v1__chat_request__free_unpacked(chat, NULL);
    Llmgw__V1__Request *envelope = pack(request, true, 0);
    CHECK_INT(envelope->n_labels, 2);
    CHECK_STRING(envelope->labels[0]->key, "job");
    CHECK_STRING(envelope->labels[0]->value, "夜间");
    llmgw__v1__request__free_unpacked(envelope, NULL);
    llmgw_request_free(request);
}

static void repetition_of_what_is_ambiguous(void) {
    llmgw_request *request = llmgw_embed_new();
    for (int allow = 1; allow >= 0; allow--) {
        CHECK_INT(llmgw_set_retry_ambiguous(request, allow), 0);
        Llmgw__V1__Request *envelope = pack(request, true, 0);
        CHECK(envelope->has_retry_ambiguous && envelope->retry_ambiguous == allow);
        llmgw__v1__request__free_unpacked(envelope, NULL);
    }
    llmgw_request_free(request);
}

static void priority(void) {
    llmgw_request *request = llmgw_complete_new("从前", (size_t)WHOLE);
    CHECK_INT(llmgw_set_priority(request, (enum llmgw_priority)0), -1);
    CHECK_INT(llmgw_set_priority(request, (enum llmgw_priority)4), -1);
    for (enum llmgw_priority value = LLMGW_INTERACTIVE; value <= LLMGW_BATCH; value++) {
        CHECK_INT(llmgw_set_priority(request, value), 0);
        Llmgw__V1__Request *envelope = pack(request, true, 0);
        CHECK(envelope->has_priority && (int)envelope->priority == (int)value);
        llmgw__v1__request__free_unpacked(envelope, NULL);
    }
    llmgw_request_free(request);
}

static void cache(void) {
    llmgw_request *request = llmgw_chat_new();
    CHECK_INT(llmgw_set_cache_mode(request, (enum llmgw_cache_mode)0), -1);
    CHECK_INT(llmgw_set_cache_mode(request, (enum llmgw_cache_mode)5), -1);
    CHECK_INT(llmgw_set_cache_max_age_ms(request, -1), -1);
    CHECK_INT(llmgw_set_cache_ttl_ms(request, 0), -1);
    CHECK_INT(llmgw_set_cache_stale_if_error_ms(request, -1), -1);
    CHECK_INT(llmgw_add_cache_tag(request, NULL), -1);
    CHECK(llmgw_set_cache_mode(request, LLMGW_CACHE_READ_ONLY) == 0 && llmgw_set_cache_max_age_ms(request, 0) == 0);
    CHECK(llmgw_set_cache_ttl_ms(request, 7) == 0 && llmgw_set_cache_stale_if_error_ms(request, 0) == 0);
    CHECK(llmgw_set_cache_no_store(request, false) == 0 && llmgw_set_cache_only(request, true) == 0);
    CHECK_INT(llmgw_set_cache_semantic(request, false), 0);
    CHECK(llmgw_add_cache_tag(request, "报告") == 0 && llmgw_add_cache_tag(request, "b") == 0 && llmgw_add_cache_tag(request, "c") == 0);

    Llmgw__V1__Request *envelope = pack(request, true, 0);
    const Llmgw__V1__CacheControl *control = envelope->cache;
    CHECK(control != NULL && control->has_mode && control->mode == LLMGW__V1__CACHE_MODE__CACHE_MODE_READ_ONLY);
    CHECK(control->has_max_age_ms && control->max_age_ms == 0 && control->has_ttl_ms && control->ttl_ms == 7);
    CHECK(control->has_stale_if_error_ms && control->stale_if_error_ms == 0);
    CHECK(control->has_no_store && !control->no_store && control->has_only_if_cached && control->only_if_cached);
    CHECK(control->has_semantic && !control->semantic);
    CHECK_INT(control->n_tags, 3);
    CHECK_STRING(control->tags[0], "报告");
    CHECK_STRING(control->tags[2], "c");
    llmgw__v1__request__free_unpacked(envelope, NULL);
    llmgw_request_free(request);
}

static void messages(void) {
    llmgw_request *request = llmgw_chat_new();
    CHECK_INT(llmgw_message_set_name(request, "nobody"), -1); // there is no message yet
    CHECK(llmgw_add_message(request, LLMGW_SYSTEM, "简短", (size_t)WHOLE) == 0 && llmgw_message_set_name(request, "系统") == 0);
    CHECK_INT(llmgw_message_add_text(request, "x", 1), -1); // text or parts
    CHECK(llmgw_add_message(request, LLMGW_USER, NULL, 0) == 0);
    CHECK(llmgw_message_add_text(request, "看", (size_t)WHOLE) == 0);
    CHECK(llmgw_message_add_image(request, "data:image/png;base64,AA", (size_t)WHOLE, "low") == 0);
    CHECK(llmgw_message_add_image(request, "https://host.example/图.png", (size_t)WHOLE, NULL) == 0);
    CHECK(llmgw_message_add_json(request, "{\"type\":\"file\"}", (size_t)WHOLE) == 0);
    CHECK(llmgw_add_message(request, LLMGW_ASSISTANT, NULL, 0) == 0);
    CHECK(llmgw_message_add_tool_call(request, "c1", "天气", "{\"城市\":\"柏林\"}", (size_t)WHOLE) == 0);
    CHECK(llmgw_message_set_extra(request, "{}", 2) == 0);
    CHECK(llmgw_add_message(request, LLMGW_TOOL, "", 0) == 0 && llmgw_message_set_tool_call_id(request, "c1") == 0);
    CHECK_INT(llmgw_add_message(request, (enum llmgw_role)9, "x", 1), -1);

    Llmgw__V1__ChatRequest *chat = pack_chat(request, true);
    CHECK_INT(chat->n_messages, 4);
    CHECK_STRING(chat->messages[0]->name, "系统");
    const Llmgw__V1__Message *message = chat->messages[1];
    CHECK(!message->has_text && message->n_parts == 4);
    CHECK_INT(message->parts[0]->kind_case, LLMGW__V1__CONTENT_PART__KIND_TEXT);
    CHECK_BYTES(message->parts[0]->text.data, message->parts[0]->text.len, "看");
    CHECK_INT(message->parts[1]->kind_case, LLMGW__V1__CONTENT_PART__KIND_IMAGE);
    CHECK_STRING(message->parts[1]->image->detail, "low");
    CHECK_STRING(message->parts[2]->image->detail, NULL);
    CHECK_BYTES(message->parts[2]->image->url.data, message->parts[2]->image->url.len, "https://host.example/图.png");
    CHECK_INT(message->parts[3]->kind_case, LLMGW__V1__CONTENT_PART__KIND_JSON);
    message = chat->messages[2];
    CHECK(!message->has_text && message->n_parts == 0 && message->n_tool_calls == 1 && message->has_extra);
    CHECK_STRING(message->tool_calls[0]->name, "天气");
    CHECK_BYTES(message->tool_calls[0]->arguments.data, message->tool_calls[0]->arguments.len, "{\"城市\":\"柏林\"}");
    message = chat->messages[3];
    CHECK(message->has_text && message->text.len == 0); // empty is not null
    CHECK_STRING(message->tool_call_id, "c1");
    llmgw__v1__chat_request__free_unpacked(chat, NULL);
    llmgw_request_free(request);
}

static void tools_and_formats(void) {
    static const struct {
        const char *word;
        int mode;
    } choices[] = {{"auto", LLMGW__V1__TOOL_CHOICE__MODE__AUTO}, {"none", LLMGW__V1__TOOL_CHOICE__MODE__NONE},
                   {"required", LLMGW__V1__TOOL_CHOICE__MODE__REQUIRED}, {"天气", LLMGW__V1__TOOL_CHOICE__MODE__NAMED}};
    llmgw_request *request = llmgw_chat_new();
    CHECK(llmgw_add_tool(request, "天气", "说天气", "{\"type\":\"object\"}") == 0 && llmgw_add_tool(request, "bare", NULL, NULL) == 0);
    CHECK_INT(llmgw_add_tool(request, NULL, NULL, NULL), -1);
    CHECK(llmgw_set_parallel_tool_calls(request, false) == 0);
    CHECK_INT(llmgw_set_response_format(request, "xml"), -1);
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        CHECK_INT(llmgw_set_tool_choice(request, choices[i].word), 0);
        CHECK_INT(llmgw_set_response_format(request, i % 2 ? "text" : "json_object"), 0);
        Llmgw__V1__ChatRequest *chat = pack_chat(request, true);
        CHECK_INT(chat->tool_choice->mode, choices[i].mode);
        CHECK_STRING(chat->tool_choice->name, choices[i].mode == LLMGW__V1__TOOL_CHOICE__MODE__NAMED ? "天气" : NULL);
        CHECK_INT(chat->response_format->kind,
                  i % 2 ? LLMGW__V1__RESPONSE_FORMAT__KIND__TEXT : LLMGW__V1__RESPONSE_FORMAT__KIND__JSON_OBJECT);
        CHECK(chat->n_tools == 2 && chat->has_parallel_tool_calls && !chat->parallel_tool_calls);
        CHECK_BYTES(chat->tools[0]->parameters.data, chat->tools[0]->parameters.len, "{\"type\":\"object\"}");
        CHECK(!chat->tools[1]->has_description && !chat->tools[1]->has_parameters);
        llmgw__v1__chat_request__free_unpacked(chat, NULL);
    }
    CHECK_INT(llmgw_set_response_schema(request, "形", "{}", true), 0);
    Llmgw__V1__ChatRequest *chat = pack_chat(request, true);
    CHECK_INT(chat->response_format->kind, LLMGW__V1__RESPONSE_FORMAT__KIND__JSON_SCHEMA);
    CHECK_STRING(chat->response_format->name, "形");
    CHECK(chat->response_format->strict && chat->response_format->schema.len == 2);
    llmgw__v1__chat_request__free_unpacked(chat, NULL);
    llmgw_request_free(request);
}

static void embed_inputs(void) {
    llmgw_request *request = llmgw_embed_new();
    for (int i = 0; i < 100; i++) {
        CHECK_INT(llmgw_add_input(request, i % 2 ? "二" : "a", (size_t)WHOLE), 0);
    }
    CHECK(llmgw_set_dimensions(request, 8) == 0 && llmgw_set_user(request, "u") == 0 && llmgw_set_model(request, "m") == 0);
    CHECK_INT(llmgw_set_extra(request, "{}", 2), 0);
    Llmgw__V1__Request *envelope = pack(request, true, 0);
    Llmgw__V1__EmbedRequest *embed = llmgw__v1__embed_request__unpack(NULL, envelope->body.len, envelope->body.data);
    CHECK(embed && embed->n_inputs == 100 && embed->dimensions == 8);
    CHECK_BYTES(embed->inputs[99].data, embed->inputs[99].len, "二");
    CHECK_STRING(embed->user, "u");
    llmgw__v1__embed_request__free_unpacked(embed, NULL);
    llmgw__v1__request__free_unpacked(envelope, NULL);
    llmgw_request_free(request);
}

static void setters_of_other_kinds_refuse(void) {
    llmgw_request *chat = llmgw_chat_new(), *complete = llmgw_complete_new("p", 1), *embed = llmgw_embed_new();
    CHECK(llmgw_complete_new(NULL, 0) == NULL);
    CHECK_INT(llmgw_add_message(complete, LLMGW_USER, "x", 1), -1);
    CHECK_INT(llmgw_message_add_text(embed, "x", 1), -1);
    CHECK_INT(llmgw_add_tool(complete, "x", NULL, NULL), -1);
    CHECK_INT(llmgw_set_tool_choice(embed, "auto"), -1);
    CHECK_INT(llmgw_set_parallel_tool_calls(embed, true), -1);
    CHECK_INT(llmgw_set_response_format(complete, "text"), -1);
    CHECK_INT(llmgw_set_response_schema(complete, "x", "{}", true), -1);
    CHECK_INT(llmgw_set_temperature(embed, 1), -1);
    CHECK_INT(llmgw_add_stop(embed, "x", 1), -1);
    CHECK_INT(llmgw_add_logit_bias(embed, "1", 1), -1);
    CHECK_INT(llmgw_set_stream(embed, true), -1);
    CHECK_INT(llmgw_add_input(chat, "x", 1), -1);
    CHECK_INT(llmgw_set_dimensions(complete, 1), -1);
    CHECK_INT(llmgw_set_timeout_ms(chat, -1), -1);
    CHECK_INT(llmgw_set_model(chat, NULL), -1);
    CHECK_INT(llmgw_add_label(chat, "key", NULL), -1);
    llmgw_request_free(chat);
    llmgw_request_free(complete);
    llmgw_request_free(embed);
    llmgw_request_free(NULL);
}

void requests_run(void) {
    static const struct test tests[] = {
        {"an empty chat has no fields", empty_chat_has_no_fields},
        {"sampling, labels, extra", sampling},
        {"repetition of what is ambiguous", repetition_of_what_is_ambiguous},
        {"priority", priority},
        {"what is wanted of the cache", cache},
        {"messages and their parts", messages},
        {"tools and formats", tools_and_formats},
        {"inputs of embed", embed_inputs},
        {"setters of other kinds refuse", setters_of_other_kinds_refuse},
    };
    RUN_ALL(tests);
}
