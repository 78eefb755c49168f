// What programs see of calls: starting them, and taking their events.
#include "client.h"
#include "error.h"
#include "llmgw/v1/gateway.pb-c.h"
#include "llmgw/v1/wire.pb-c.h"
#include "reply.h"
#include "request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static llmgw_call *start(llmgw_client *client, uint16_t method, struct buffer *request, int64_t timeout_ms, bool packed,
                         llmgw_error *error) {
    llmgw_call *call = packed ? call_new(client, method, request, timeout_ms) : NULL;
    if (!call) {
        buffer_free(request);
        if (error) {
            error_local(error, LOCAL_OUT_OF_MEMORY, "no memory for the request");
            error_set_not_processed(error);
        }
        return NULL;
    }
    // Reads first: an idle connection may have been closed meanwhile.
    llmgw_process(client);
    return call;
}

static llmgw_call *start_request(llmgw_client *client, const llmgw_request *request, bool may_stream, llmgw_error *error) {
    int64_t timeout_ms = request_timeout_ms(request) ? request_timeout_ms(request) : client->timeout_ms;
    struct buffer packed = {0};
    bool done = request_pack(request, may_stream, timeout_ms, &packed);
    return start(client, request_method(request), &packed, timeout_ms, done, error);
}

llmgw_call *llmgw_start(llmgw_client *client, const llmgw_request *request, llmgw_error *error) {
    return start_request(client, request, true, error);
}

// Taking events

// Nothing is known yet.
static llmgw_event empty_event(enum llmgw_event_type type, llmgw_call *call) {
    return (llmgw_event){.type = type, .call = call, .queue_position = -1, .expected_wait_ms = -1};
}

static bool replace(char **target, const char *text) {
    if (!text) {
        return true;
    }
    char *copy = strdup(text);
    if (copy) {
        free(*target);
        *target = copy;
    }
    return copy != NULL;
}

// These return 0, or errno: ENOMEM, or EBADMSG for what cannot be read.

static int read_head(llmgw_call *call, const struct item *item, struct arena *arena, llmgw_event *event) {
    const Llmgw__V1__Head *head = llmgw__v1__head__unpack(arena_begin(arena, item->length), item->length, item->bytes);
    if (!head) {
        return arena->is_short ? ENOMEM : EBADMSG;
    }
    event->type = LLMGW_EVENT_HEAD;
    if (head->has_queue_position) {
        event->queue_position = head->queue_position;
    }
    if (head->has_expected_wait_ms) {
        event->expected_wait_ms = head->expected_wait_ms < INT64_MAX ? (int64_t)head->expected_wait_ms : INT64_MAX;
    }
    return replace(&call->request_id, head->request_id) && replace(&call->model, head->model) ? 0 : ENOMEM;
}

static int read_chunk(const llmgw_call *call, const struct item *item, struct arena *arena, llmgw_event *event) {
    ProtobufCAllocator *allocator = arena_begin(arena, item->length);
    event->type = LLMGW_EVENT_CHUNK;
    if (call->method == METHOD_CHAT) {
        const Llmgw__V1__ChatChunk *chunk = llmgw__v1__chat_chunk__unpack(allocator, item->length, item->bytes);
        if (!chunk) {
            return arena->is_short ? ENOMEM : EBADMSG;
        }
        event->choice = chunk->index;
        event->text = (const char *)chunk->text.data;
        event->text_length = chunk->text.len;
        event->reasoning = (const char *)chunk->reasoning.data;
        event->reasoning_length = chunk->reasoning.len;
        event->tool_calls = chunk->n_tool_calls;
        event->finish_reason = finish_reason(chunk->has_finish_reason, chunk->finish_reason, chunk->finish_detail);
        event->internal = chunk;
    } else {
        const Llmgw__V1__CompleteChunk *chunk = llmgw__v1__complete_chunk__unpack(allocator, item->length, item->bytes);
        if (!chunk) {
            return arena->is_short ? ENOMEM : EBADMSG;
        }
        event->choice = chunk->index;
        event->text = (const char *)chunk->text.data;
        event->text_length = chunk->text.len;
        event->finish_reason = finish_reason(chunk->has_finish_reason, chunk->finish_reason, chunk->finish_detail);
    }
    return 0;
}

static int read_reply(const llmgw_call *call, const struct item *item, llmgw_event *event) {
    event->type = LLMGW_EVENT_REPLY;
    event->reply = reply_read(call->method, item->bytes, item->length);
    return event->reply ? 0 : errno;
}

static enum llmgw_event_type take(llmgw_call *call, llmgw_event *event) {
    llmgw_client *client = call->client;
    free(client->taken);
    arena_end(&client->arena);
    client->taken = call_take(call);
    *event = empty_event(LLMGW_EVENT_ERROR, call);
    event->error = &call->error;
    if (client->taken) {
        event->error = NULL;
        int failure = client->taken->kind == EVENT_HEAD   ? read_head(call, client->taken, &client->arena, event)
                      : client->taken->kind == EVENT_DATA ? read_chunk(call, client->taken, &client->arena, event)
                                                          : read_reply(call, client->taken, event);
        if (failure != 0) {
            call_spoil(call, failure == ENOMEM);
            return take(call, event);
        }
    }
    event->request_id = call->request_id;
    event->model = call->model;
    return event->type;
}

enum llmgw_event_type llmgw_call_next(llmgw_call *call, llmgw_event *event, int64_t timeout_ms) {
    if (call_wait(call, timeout_ms)) {
        return take(call, event);
    }
    *event = empty_event(LLMGW_EVENT_NONE, call);
    return LLMGW_EVENT_NONE;
}

enum llmgw_event_type llmgw_next_event(llmgw_client *client, llmgw_event *event) {
    client_check_fork(client);
    if (client->first_ready) {
        return take(client->first_ready, event);
    }
    *event = empty_event(LLMGW_EVENT_NONE, NULL);
    return LLMGW_EVENT_NONE;
}

bool llmgw_event_tool_call(const llmgw_event *event, size_t position, llmgw_tool_call *tool_call) {
    if (position >= event->tool_calls) {
        return false;
    }
    const Llmgw__V1__ChatChunk *chunk = event->internal;
    read_tool_call(chunk->tool_calls[position], tool_call);
    return true;
}

// Blocking

static int give_error(const llmgw_call *call, llmgw_error *error) {
    if (error) {
        *error = call->error;
    }
    return -1;
}

int llmgw_perform(llmgw_client *client, const llmgw_request *request, llmgw_reply **reply, llmgw_error *error) {
    *reply = NULL;
    llmgw_call *call = start_request(client, request, false, error);
    if (!call) {
        return -1;
    }
    llmgw_event event;
    do {
        llmgw_call_next(call, &event, -1);
    } while (event.type != LLMGW_EVENT_REPLY && event.type != LLMGW_EVENT_ERROR);
    *reply = event.reply;
    int result = event.reply ? 0 : give_error(call, error);
    llmgw_call_free(call);
    return result;
}

int llmgw_perform_raw(llmgw_client *client, uint16_t method, const void *message, size_t length, int64_t timeout_ms, void **reply,
                      size_t *reply_length, llmgw_error *error) {
    *reply = NULL;
    *reply_length = 0;
    timeout_ms = timeout_ms ? timeout_ms : client->timeout_ms;
    struct buffer packed = {0};
    bool done = request_pack_raw(message, length, timeout_ms, &packed);
    llmgw_call *call = start(client, method, &packed, timeout_ms, done, error);
    if (!call) {
        return -1;
    }
    struct item *item;
    do {
        item = call_wait(call, -1) ? call_take(call) : NULL;
        if (item && item->kind == EVENT_END) {
            // One byte more: an empty reply is a reply.
            *reply = malloc(item->length + 1);
            if (*reply) {
                memcpy(*reply, item->bytes, item->length);
                *reply_length = item->length;
            } else {
                call_spoil(call, true);
            }
        }
        free(item);
    } while (!call->is_over && !*reply && !call->has_error);
    int result = *reply ? 0 : give_error(call, error);
    llmgw_call_free(call);
    return result;
}
