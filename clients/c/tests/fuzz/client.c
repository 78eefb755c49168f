// libFuzzer's target: the daemon's bytes, as a program with four calls under way gets them to see.
#include "client.h"
#include "connection.h"
#include "llmgw/llmgw.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CALLS = 4, WHOLE = -1 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void require(bool condition) {
    if (!condition) {
        abort();
    }
}

// A connection to this program itself instead of to a daemon's socket.
static int connect_to_self(llmgw_client *client) {
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    struct link *link = calloc(1, sizeof *link);
    require(link && connection_init(&link->connection, "测试", LLMGW_VERSION));
    link->client = client;
    link->fd = ends[0];
    link->opening_deadline = INT64_MAX;
    struct epoll_event interest = {.events = EPOLLIN};
    require(epoll_ctl(client->epoll, EPOLL_CTL_ADD, link->fd, &interest) == 0);
    client->links = link;
    return ends[1];
}

static llmgw_request *make_request(int number) {
    llmgw_request *request = number < 2 ? llmgw_chat_new() : number == 2 ? llmgw_complete_new("从前", (size_t)WHOLE) : llmgw_embed_new();
    require(request != NULL);
    if (number < 2) {
        require(llmgw_add_message(request, LLMGW_USER, "问", (size_t)WHOLE) == 0);
    }
    if (number == 0 || number == 2) {
        require(llmgw_set_stream(request, true) == 0);
    }
    return request;
}

static volatile size_t seen;

// Reads what a pointer leads to, for the sanitizer to judge.
static void see(const void *data, size_t count) {
    for (size_t i = 0; i < count; i++) {
        seen += ((const uint8_t *)data)[i];
    }
}

static void see_text(const char *text) {
    see(text, text ? strlen(text) : 0);
}

static void see_tool_call(const llmgw_tool_call *call) {
    see_text(call->id);
    see_text(call->name);
    see(call->arguments, call->arguments_length);
}

static void see_reply(const llmgw_reply *reply) {
    llmgw_tool_call tool_call;
    size_t length;
    // One more of each than there are.
    for (size_t choice = 0; choice <= llmgw_reply_choices(reply); choice++) {
        const char *text = llmgw_reply_text(reply, choice, &length);
        see(text, length);
        see_text(llmgw_reply_finish_reason(reply, choice));
        for (size_t position = 0; llmgw_reply_tool_call(reply, choice, position, &tool_call); position++) {
            see_tool_call(&tool_call);
        }
    }
    for (size_t position = 0; position <= llmgw_reply_embeddings(reply); position++) {
        const float *values = llmgw_reply_embedding(reply, position, &length);
        see(values, length * sizeof *values);
    }
    llmgw_usage usage = llmgw_reply_usage(reply);
    require(usage.input_tokens >= -1 && usage.output_tokens >= -1 && usage.total_tokens >= -1);
    llmgw_info info = llmgw_reply_info(reply);
    const char *texts[] = {info.request_id, info.model, info.upstream_model, info.provider, info.upstream_id,
                           info.source, info.cache, info.cache_key, info.usage_source, info.currency};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        see_text(texts[i]);
    }
}

static void see_events(llmgw_client *client) {
    llmgw_event event;
    llmgw_tool_call tool_call;
    while (llmgw_next_event(client, &event) != LLMGW_EVENT_NONE) {
        see_text(event.request_id);
        see_text(event.model);
        see_text(event.finish_reason);
        see(event.text, event.text_length);
        see(event.reasoning, event.reasoning_length);
        for (size_t position = 0; llmgw_event_tool_call(&event, position, &tool_call); position++) {
            see_tool_call(&tool_call);
        }
        if (event.error) {
            see_text(event.error->message);
            see_text(event.error->reason);
            see_text(event.error->request_id);
        }
        if (event.reply) {
            see_reply(event.reply);
            llmgw_reply_free(event.reply);
        }
    }
}

// Calls get their streams between the two parts: the first frame opens the connection.
static size_t first_frame(const uint8_t *bytes, size_t count) {
    size_t length = count < 4 ? 0 : (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
    return count < FRAME_HEADER_SIZE || length > count - FRAME_HEADER_SIZE ? count : FRAME_HEADER_SIZE + length;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    llmgw_options options;
    llmgw_options_init(&options);
    // For when a call is repeated.
    options.socket_path = "/nonexistent/llmgw.sock";
    llmgw_client *client = llmgw_client_new(&options);
    require(client != NULL);
    int daemon = connect_to_self(client);
    llmgw_call *calls[CALLS];
    for (int i = 0; i < CALLS; i++) {
        llmgw_request *request = make_request(i);
        calls[i] = llmgw_start(client, request, NULL);
        require(calls[i] != NULL);
        llmgw_request_free(request);
    }
    size_t first = first_frame(bytes, count);
    const struct { const uint8_t *bytes; size_t count; } parts[] = {{bytes, first}, {bytes + first, count - first}};
    for (int i = 0; i < 2; i++) {
        // The client hangs up after a violation, and a kernel's buffer holds more than an input has.
        if (parts[i].count > 0 && send(daemon, parts[i].bytes, parts[i].count, MSG_NOSIGNAL) < 0) {
            break;
        }
        llmgw_process(client);
        see_events(client);
    }
    close(daemon);
    llmgw_process(client);
    see_events(client);
    for (int i = 0; i < CALLS; i++) {
        llmgw_call_free(calls[i]);
    }
    llmgw_client_free(client);
    return 0;
}
