#include "client.h"

#include "error.h"
#include "llmgw/v1/wire.pb-c.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

// How much longer than the daemon a caller waits, before it gives the daemon up.
enum { GRACE_MS = 1000 };

llmgw_call *call_new(llmgw_client *client, uint16_t method, struct buffer *request, int64_t timeout_ms) {
    llmgw_call *call = calloc(1, sizeof *call);
    if (!call) {
        return NULL;
    }
    call->client = client;
    call->method = method;
    call->request = *request;
    memset(request, 0, sizeof *request);
    call->deadline = timeout_ms > 0 && timeout_ms < INT64_MAX / 2 ? now_ms() + timeout_ms + GRACE_MS : -1;
    call->previous = client->last_call;
    *(client->last_call ? &client->last_call->next : &client->first_call) = call;
    client->last_call = call;
    return call;
}

bool call_has_event(const llmgw_call *call) {
    return call->first || (call->has_error && !call->is_over);
}

static void make_ready(llmgw_call *call) {
    llmgw_client *client = call->client;
    if (!call->is_ready && call_has_event(call)) {
        call->is_ready = true;
        call->next_ready = NULL;
        *(client->last_ready ? &client->last_ready->next_ready : &client->first_ready) = call;
        client->last_ready = call;
    }
}

static void remove_from_ready(llmgw_call *call) {
    llmgw_client *client = call->client;
    if (!call->is_ready) {
        return;
    }
    llmgw_call *before = NULL;
    llmgw_call **place = &client->first_ready;
    while (*place != call) {
        before = *place;
        place = &before->next_ready;
    }
    *place = call->next_ready;
    if (client->last_ready == call) {
        client->last_ready = before;
    }
    call->is_ready = false;
}

static void end(llmgw_call *call) {
    call->state = CALL_ENDED;
    call->link = NULL;
    buffer_free(&call->request);
}

void call_fail(llmgw_call *call, const llmgw_error *error) {
    if (call->state == CALL_RUNNING) {
        connection_cancel(&call->link->connection, call->stream);
    }
    end(call);
    call->error = *error;
    call->has_error = true;
    make_ready(call);
}

static void fail_locally(llmgw_call *call, enum local_error kind, const char *message, bool was_processed) {
    llmgw_error error;
    error_local(&error, kind, "%s", message);
    if (!was_processed) {
        error_set_not_processed(&error);
    }
    call_fail(call, &error);
}

bool call_was_written(const llmgw_call *call) {
    return call->state == CALL_RUNNING && call->link->sent >= call->written_at;
}

void call_time_out(llmgw_call *call) {
    fail_locally(call, LOCAL_TIMEOUT, "the daemon did not answer in time", call_was_written(call));
}

void call_lose(llmgw_call *call, const llmgw_error *error, bool was_processed) {
    llmgw_error lost = *error;
    if (!was_processed) {
        error_set_not_processed(&lost);
    }
    if (error_is_repeatable(&lost) && !call->was_repeated && !call->has_begun) {
        call->was_repeated = true;
        call->state = CALL_WAITING;
        call->link = NULL;
        return;
    }
    call_fail(call, &lost);
}

void call_begin(llmgw_call *call, struct link *link) {
    if (call->request.count > link->connection.max_message) {
        llmgw_error error;
        error_local(&error, LOCAL_MESSAGE_TOO_LARGE, "the request has %zu bytes, the daemon takes %u", call->request.count,
                    link->connection.max_message);
        error_set_not_processed(&error);
        call_fail(call, &error);
        return;
    }
    uint32_t stream = connection_open(&link->connection, call->method, call->request.data, call->request.count, call);
    if (stream == 0) {
        fail_locally(call, LOCAL_OUT_OF_MEMORY, "no memory for the request", false);
        return;
    }
    call->state = CALL_RUNNING;
    call->link = link;
    call->stream = stream;
    call->written_at = link->sent + (link->connection.out.count - link->out_used);
}

static void add_item(llmgw_call *call, enum event_kind kind, const void *bytes, size_t length) {
    struct item *item = malloc(sizeof *item + length);
    if (!item) {
        fail_locally(call, LOCAL_OUT_OF_MEMORY, "no memory for the answer", true);
        return;
    }
    item->next = NULL;
    item->kind = kind;
    item->length = length;
    if (length > 0) {
        memcpy(item->bytes, bytes, length);
    }
    *(call->first ? &call->last->next : &call->first) = item;
    call->last = item;
    make_ready(call);
}

static void receive_end(llmgw_call *call, const struct connection_event *event) {
    struct arena arena;
    Llmgw__V1__End *message = llmgw__v1__end__unpack(arena_begin(&arena, event->length), event->length, event->payload);
    if (!message) {
        fail_locally(call, arena.is_short ? LOCAL_OUT_OF_MEMORY : LOCAL_PROTOCOL_VIOLATION, "the end of the answer cannot be read", true);
    } else if (message->status && message->status->code != 0) {
        llmgw_error error;
        error_from_status(&error, message->status);
        call_lose(call, &error, true);
    } else {
        end(call);
        add_item(call, EVENT_END, message->reply.data, message->reply.len);
    }
    arena_end(&arena);
}

void call_receive(llmgw_call *call, const struct connection_event *event) {
    if (event->kind == EVENT_END) {
        receive_end(call, event);
        return;
    }
    call->has_begun = true;
    buffer_free(&call->request);
    add_item(call, event->kind, event->payload, event->length);
}

struct item *call_take(llmgw_call *call) {
    struct item *item = call->first;
    remove_from_ready(call);
    if (!item) {
        call->is_over = true;
        return NULL;
    }
    call->first = item->next;
    if (item->kind == EVENT_END) {
        call->is_over = true;
    } else if (item->kind == EVENT_DATA && call->state == CALL_RUNNING) {
        connection_taken(&call->link->connection, call->stream, item->length);
        link_send(call->link);
    }
    make_ready(call); // behind the others
    return item;
}

bool call_wait(llmgw_call *call, int64_t timeout_ms) {
    llmgw_client *client = call->client;
    client_check_fork(client);
    int64_t limit = timeout_ms < 0 || timeout_ms > INT64_MAX / 2 ? -1 : now_ms() + timeout_ms;
    while (!call_has_event(call) && !call->is_over) {
        llmgw_process(client);
        if (call_has_event(call)) {
            break;
        }
        int64_t now = now_ms();
        if (limit >= 0 && now >= limit) {
            return false;
        }
        int64_t wait = client_next_timer(client);
        if (limit >= 0 && (wait < 0 || limit - now < wait)) {
            wait = limit - now;
        }
        struct pollfd watched = {.fd = client->epoll, .events = POLLIN};
        // A signal that interrupts is no reason to stop waiting.
        poll(&watched, 1, wait < 0 ? -1 : wait < INT32_MAX ? (int)wait : INT32_MAX);
    }
    return !call->is_over;
}

static void free_items(llmgw_call *call) {
    while (call->first) {
        struct item *next = call->first->next;
        free(call->first);
        call->first = next;
    }
}

void call_spoil(llmgw_call *call, bool is_memory_short) {
    remove_from_ready(call);
    free_items(call);
    call->is_over = false;
    struct link *link = call->link;
    fail_locally(call, is_memory_short ? LOCAL_OUT_OF_MEMORY : LOCAL_PROTOCOL_VIOLATION,
                 is_memory_short ? "no memory for the answer" : "a part of the answer cannot be read", true);
    if (link) {
        link_send(link);
    }
}

void call_release(llmgw_call *call) {
    llmgw_client *client = call->client;
    if (call->state == CALL_RUNNING) {
        connection_cancel(&call->link->connection, call->stream);
    }
    end(call);
    remove_from_ready(call);
    *(call->previous ? &call->previous->next : &client->first_call) = call->next;
    *(call->next ? &call->next->previous : &client->last_call) = call->previous;
    free_items(call);
    free(call->request_id);
    free(call->model);
    free(call);
}

void llmgw_call_free(llmgw_call *call) {
    if (call) {
        llmgw_client *client = call->client;
        client_check_fork(client);
        call_release(call);
        client_pump(client);
    }
}

void llmgw_call_set_data(llmgw_call *call, void *data) {
    call->data = data;
}

void *llmgw_call_data(const llmgw_call *call) {
    return call->data;
}
