/* libllmgw: the C client of llmgw, the local gateway to language models.
 *
 * A client handle is used by one thread at a time; different handles are independent. There is no global state, and no signal is
 * raised or handled. After a fork, the child's handle connects anew; the calls that were running are the parent's, and fail in the child.
 *
 * Text is UTF-8. Functions that return int return 0 for success and -1 for failure, with `error` filled where it is not NULL.
 */
#ifndef LLMGW_H
#define LLMGW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LLMGW_VERSION_MAJOR 0
#define LLMGW_VERSION_MINOR 1
#define LLMGW_VERSION_PATCH 0
#define LLMGW_VERSION "0.1.0"
#define LLMGW_API __attribute__((visibility("default")))

typedef struct llmgw_client llmgw_client;
typedef struct llmgw_request llmgw_request;
typedef struct llmgw_call llmgw_call;
typedef struct llmgw_reply llmgw_reply;

/* LLMGW_VERSION of the library that runs. */
LLMGW_API const char *llmgw_version(void);

/* ---- Errors ---- */

enum llmgw_retry { LLMGW_RETRY_UNSPECIFIED, LLMGW_RETRY_NEVER, LLMGW_RETRY_SAFE, LLMGW_RETRY_AFTER, LLMGW_RETRY_AMBIGUOUS };
enum llmgw_origin { LLMGW_ORIGIN_UNSPECIFIED, LLMGW_ORIGIN_CLIENT, LLMGW_ORIGIN_GATEWAY, LLMGW_ORIGIN_UPSTREAM };

/* How a call ended, where it did not end well. Carries neither prompts nor keys. Longer texts are cut at a character. */
typedef struct llmgw_error {
    uint32_t code;             /* gRPC number */
    char reason[64];           /* "llmgw.upstream.rate_limited"; stable, for programs */
    char message[512];         /* for people */
    char suggestion[256];
    enum llmgw_retry retry;    /* what a repetition would mean */
    int64_t retry_after_ms;    /* -1: not said */
    enum llmgw_origin origin;
    int upstream_http_status;  /* 0: none */
    uint32_t attempts;
    bool not_processed;        /* no upstream has seen the request */
    char provider[64];
    char model[128];
    char request_id[40];
} llmgw_error;

/* ---- Client ---- */

typedef struct llmgw_options {
    size_t struct_size;      /* set by llmgw_options_init */
    const char *socket_path; /* NULL: $LLMGW_SOCKET, else $XDG_RUNTIME_DIR/llmgw/llmgw.sock, else /run/llmgw/llmgw.sock */
    const char *client_name; /* shown by `llmgw-ctl requests`; NULL: "libllmgw" */
    int64_t timeout_ms;      /* for calls that name none; 0: the daemon's default */
} llmgw_options;

LLMGW_API void llmgw_options_init(llmgw_options *options);

/* Makes a handle. It connects with the first call, and again after the daemon restarted. `options` may be NULL. NULL with errno: EINVAL if
 * an option has no meaning (a negative timeout, a name above 256 bytes), else what the system lacks. */
LLMGW_API llmgw_client *llmgw_client_new(const llmgw_options *options);
/* Ends the connection. Calls that run are given up, and their handles become invalid. */
LLMGW_API void llmgw_client_free(llmgw_client *client);

/* ---- Requests ---- */

enum llmgw_role { LLMGW_SYSTEM = 1, LLMGW_USER, LLMGW_ASSISTANT, LLMGW_TOOL, LLMGW_FUNCTION };

/* A request may be sent several times. Setters copy what they are given and return 0, or -1 if memory is short, the value has
 * no meaning, or the setter does not belong to this kind of request. Lengths of (size_t)-1 mean "up to the NUL". */
LLMGW_API llmgw_request *llmgw_chat_new(void);
LLMGW_API llmgw_request *llmgw_complete_new(const char *prompt, size_t length);
LLMGW_API llmgw_request *llmgw_embed_new(void);
LLMGW_API void llmgw_request_free(llmgw_request *request);

LLMGW_API int llmgw_set_model(llmgw_request *request, const char *model);
LLMGW_API int llmgw_set_stream(llmgw_request *request, bool stream);
/* 0: the client's. */
LLMGW_API int llmgw_set_timeout_ms(llmgw_request *request, int64_t timeout_ms);
/* Whether the gateway may repeat the request where an upstream may have processed it already, which can be billed twice. Without
 * this call the daemon's configuration decides. */
LLMGW_API int llmgw_set_retry_ambiguous(llmgw_request *request, bool allow);
enum llmgw_priority { LLMGW_INTERACTIVE = 1, LLMGW_NORMAL, LLMGW_BATCH };
/* Who comes first where not all can: INTERACTIVE where somebody waits, BATCH when there is room. At best what the daemon is configured
 * to give the caller, which is also what it gets without this call. */
LLMGW_API int llmgw_set_priority(llmgw_request *request, enum llmgw_priority priority);
LLMGW_API int llmgw_add_label(llmgw_request *request, const char *key, const char *value);
/* A JSON object whose members reach the upstream untouched. */
LLMGW_API int llmgw_set_extra(llmgw_request *request, const char *json, size_t length);

/* What the request wants of the shared cache; what is not said is as the daemon is configured. */
enum llmgw_cache_mode { LLMGW_CACHE_OFF = 1, LLMGW_CACHE_ON, LLMGW_CACHE_READ_ONLY, LLMGW_CACHE_WRITE_ONLY };
LLMGW_API int llmgw_set_cache_mode(llmgw_request *request, enum llmgw_cache_mode mode);
/* An answer older than this is none. */
LLMGW_API int llmgw_set_cache_max_age_ms(llmgw_request *request, int64_t milliseconds);
/* How long the answer stays fresh; above 0. */
LLMGW_API int llmgw_set_cache_ttl_ms(llmgw_request *request, int64_t milliseconds);
/* An answer that is no longer fresh, by at most this time, will do where no upstream answers. 0: never. */
LLMGW_API int llmgw_set_cache_stale_if_error_ms(llmgw_request *request, int64_t milliseconds);
/* The answer is not kept. */
LLMGW_API int llmgw_set_cache_no_store(llmgw_request *request, bool no_store);
/* No upstream is asked: what is not in the cache ends with llmgw.client.not_cached. */
LLMGW_API int llmgw_set_cache_only(llmgw_request *request, bool only_if_cached);
/* Whether the answer to another question that means the same will do; struct llmgw_info's cache_similarity tells where it is one. */
LLMGW_API int llmgw_set_cache_semantic(llmgw_request *request, bool semantic);
/* What `llmgw-ctl cache purge --tag` finds the answer by: at most 16 of at most 64 bytes. */
LLMGW_API int llmgw_add_cache_tag(llmgw_request *request, const char *tag);

LLMGW_API int llmgw_set_temperature(llmgw_request *request, double value);
LLMGW_API int llmgw_set_top_p(llmgw_request *request, double value);
LLMGW_API int llmgw_set_max_tokens(llmgw_request *request, uint32_t value);
LLMGW_API int llmgw_set_seed(llmgw_request *request, int64_t value);
LLMGW_API int llmgw_set_presence_penalty(llmgw_request *request, double value);
LLMGW_API int llmgw_set_frequency_penalty(llmgw_request *request, double value);
LLMGW_API int llmgw_set_n(llmgw_request *request, uint32_t value);
LLMGW_API int llmgw_set_user(llmgw_request *request, const char *user);
LLMGW_API int llmgw_add_stop(llmgw_request *request, const char *text, size_t length);
LLMGW_API int llmgw_add_logit_bias(llmgw_request *request, const char *token, double bias);

/* A message with text; NULL text is null content. Setters below it change the last message. */
LLMGW_API int llmgw_add_message(llmgw_request *chat, enum llmgw_role role, const char *text, size_t length);
LLMGW_API int llmgw_message_set_name(llmgw_request *chat, const char *name);
LLMGW_API int llmgw_message_set_tool_call_id(llmgw_request *chat, const char *id);
LLMGW_API int llmgw_message_add_tool_call(llmgw_request *chat, const char *id, const char *name, const char *arguments, size_t length);
LLMGW_API int llmgw_message_set_extra(llmgw_request *chat, const char *json, size_t length);
/* Parts take the place of text: for messages added with NULL. `detail` may be NULL. */
LLMGW_API int llmgw_message_add_text(llmgw_request *chat, const char *text, size_t length);
LLMGW_API int llmgw_message_add_image(llmgw_request *chat, const char *url, size_t length, const char *detail);
LLMGW_API int llmgw_message_add_json(llmgw_request *chat, const char *json, size_t length);

/* `description` and `parameters` (a JSON Schema) may be NULL. */
LLMGW_API int llmgw_add_tool(llmgw_request *chat, const char *name, const char *description, const char *parameters);
/* "auto", "none", "required", or the name of a tool. */
LLMGW_API int llmgw_set_tool_choice(llmgw_request *chat, const char *choice);
LLMGW_API int llmgw_set_parallel_tool_calls(llmgw_request *chat, bool parallel);
/* "text" or "json_object". */
LLMGW_API int llmgw_set_response_format(llmgw_request *chat, const char *format);
LLMGW_API int llmgw_set_response_schema(llmgw_request *chat, const char *name, const char *schema, bool strict);

LLMGW_API int llmgw_add_input(llmgw_request *embed, const char *text, size_t length);
LLMGW_API int llmgw_set_dimensions(llmgw_request *embed, uint32_t dimensions);

/* ---- Blocking ---- */

/* Sends the request and waits for its whole answer, also where llmgw_set_stream was called. */
LLMGW_API int llmgw_perform(llmgw_client *client, const llmgw_request *request, llmgw_reply **reply, llmgw_error *error);

/* Asks a method by its number (PROTOCOL.md, "Methods") with a serialised message. `*reply` is malloc'ed. What a method
 * streams before its reply is dropped. */
LLMGW_API int llmgw_perform_raw(llmgw_client *client, uint16_t method, const void *message, size_t length, int64_t timeout_ms,
                                void **reply, size_t *reply_length, llmgw_error *error);

/* ---- Streams, and many calls at once ---- */

/* Begins a call and returns at once; that there is no daemon, for example, comes as an event. The handle is valid until llmgw_call_free.
 * NULL if memory is short. */
LLMGW_API llmgw_call *llmgw_start(llmgw_client *client, const llmgw_request *request, llmgw_error *error);
/* Gives the call up if it still runs, and frees it. */
LLMGW_API void llmgw_call_free(llmgw_call *call);
/* A pointer of yours, to know the call again. */
LLMGW_API void llmgw_call_set_data(llmgw_call *call, void *data);
LLMGW_API void *llmgw_call_data(const llmgw_call *call);

enum llmgw_event_type {
    LLMGW_EVENT_NONE,
    LLMGW_EVENT_HEAD,  /* request_id and model are set, and while the call waits its place */
    LLMGW_EVENT_CHUNK, /* a piece of the answer */
    LLMGW_EVENT_REPLY, /* the end: `reply` is set, and yours */
    LLMGW_EVENT_ERROR  /* the end: `error` is set */
};

/* What happened to a call. Texts are valid until the next event is taken from the same client, or the call is freed. */
typedef struct llmgw_event {
    enum llmgw_event_type type;
    llmgw_call *call;
    const char *request_id; /* NULL: not known yet */
    const char *model;
    uint32_t choice;
    const char *text; /* not NUL-terminated; NULL: none */
    size_t text_length;
    const char *reasoning;
    size_t reasoning_length;
    size_t tool_calls; /* pieces of tool calls in this chunk: see llmgw_event_tool_call */
    const char *finish_reason; /* NULL: goes on */
    llmgw_reply *reply;
    const llmgw_error *error;
    const void *internal;
    int64_t queue_position;   /* HEAD: how many requests are ahead; -1: not said */
    int64_t expected_wait_ms; /* HEAD: -1: not said */
} llmgw_event;

typedef struct llmgw_tool_call {
    uint32_t index; /* pieces with the same index belong together */
    const char *id, *name; /* NULL but in the first piece */
    const char *arguments;
    size_t arguments_length;
} llmgw_tool_call;

LLMGW_API bool llmgw_event_tool_call(const llmgw_event *event, size_t position, llmgw_tool_call *tool_call);

/* Waits for the next event of this call, for up to `timeout_ms` (-1: without end). LLMGW_EVENT_NONE: not within this time, or never again
 * because the call has ended. */
LLMGW_API enum llmgw_event_type llmgw_call_next(llmgw_call *call, llmgw_event *event, int64_t timeout_ms);

/* For event loops: watch llmgw_fd for llmgw_want, call llmgw_process when it is ready or llmgw_timeout_ms have passed, then take events
 * until there is none. */
LLMGW_API int llmgw_fd(const llmgw_client *client);
LLMGW_API short llmgw_want(const llmgw_client *client);         /* POLLIN */
LLMGW_API int64_t llmgw_timeout_ms(const llmgw_client *client); /* -1: no timer */
LLMGW_API void llmgw_process(llmgw_client *client);
LLMGW_API enum llmgw_event_type llmgw_next_event(llmgw_client *client, llmgw_event *event);

/* ---- Replies ---- */

LLMGW_API void llmgw_reply_free(llmgw_reply *reply);
LLMGW_API size_t llmgw_reply_choices(const llmgw_reply *reply);
/* NULL: this choice has no text. Not NUL-terminated. */
LLMGW_API const char *llmgw_reply_text(const llmgw_reply *reply, size_t choice, size_t *length);
/* "stop", "length", "tool_calls", "content_filter", or the upstream's own word. */
LLMGW_API const char *llmgw_reply_finish_reason(const llmgw_reply *reply, size_t choice);
LLMGW_API size_t llmgw_reply_tool_calls(const llmgw_reply *reply, size_t choice);
LLMGW_API bool llmgw_reply_tool_call(const llmgw_reply *reply, size_t choice, size_t position, llmgw_tool_call *tool_call);
LLMGW_API size_t llmgw_reply_embeddings(const llmgw_reply *reply);
LLMGW_API const float *llmgw_reply_embedding(const llmgw_reply *reply, size_t position, size_t *count);

/* -1: the upstream did not say. */
typedef struct llmgw_usage {
    int64_t input_tokens, output_tokens, cached_input_tokens, reasoning_tokens, total_tokens;
} llmgw_usage;

/* NULL and -1: not said. `source`: "model" (the one that was asked for), "fallback" (another one) or "canned" (a text of the
 * configuration). `cache`: "bypass", "miss", "hit", "stale" or "coalesced"; `cache_key` is for `llmgw-ctl cache get`; `cache_similarity` is
 * how near the question is to the one that was answered, where they are not equal. `usage_source`: what quota and cost were settled with,
 * "upstream" (its own count), "estimate" or "cache". The cost is in millionths of `currency`, which is NULL where the model has no price. */
typedef struct llmgw_info {
    const char *request_id, *model, *upstream_model, *provider, *upstream_id, *source;
    uint32_t attempts;
    int64_t queue_us, first_token_us, total_us, overhead_us;
    const char *cache, *cache_key, *usage_source, *currency;
    int64_t cache_age_ms, cost_micros;
    double cache_similarity;
} llmgw_info;

LLMGW_API llmgw_usage llmgw_reply_usage(const llmgw_reply *reply);
LLMGW_API llmgw_info llmgw_reply_info(const llmgw_reply *reply);

#ifdef __cplusplus
}
#endif

#endif
