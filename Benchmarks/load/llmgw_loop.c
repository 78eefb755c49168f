#define _GNU_SOURCE
#include "llmgw_loop.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>

_Static_assert(POLLIN == EPOLLIN && POLLOUT == EPOLLOUT, "llmgw_want fits epoll");

static void watch(struct llmgw_loop *loop, struct llmgw_connection *connection) {
    int fd = llmgw_fd(connection->client);
    short want = llmgw_want(connection->client);
    if (fd == connection->fd && want == connection->want) {
        return;
    }
    struct epoll_event event = {.events = (uint32_t)want, .data.ptr = connection};
    int operation = fd == connection->fd ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (epoll_ctl(loop->poll, operation, fd, &event) != 0) {
        measure_fail("a connection to the gateway cannot be watched");
    }
    connection->fd = fd;
    connection->want = want;
}

void llmgw_loop_init(struct llmgw_loop *loop, const struct options *options, bool stream) {
    char *prompt = options_prompt(options->prompt);
    loop->poll = epoll_create1(EPOLL_CLOEXEC);
    loop->request = llmgw_chat_new();
    if (!loop->request || llmgw_set_model(loop->request, options->model) != 0 || llmgw_set_stream(loop->request, stream) != 0 ||
        llmgw_add_message(loop->request, LLMGW_USER, prompt, options->prompt) != 0) {
        measure_fail("out of memory");
    }
    free(prompt);
    size_t each = options->streams_per_connection;
    loop->connection_count = (options->loops + each - 1) / each;
    loop->connections = calloc(loop->connection_count, sizeof *loop->connections);
    llmgw_options client_options;
    llmgw_options_init(&client_options);
    client_options.socket_path = options->unix_socket;
    client_options.client_name = "benchmark";
    for (size_t i = 0; i < loop->connection_count; i++) {
        loop->connections[i] = (struct llmgw_connection){.client = llmgw_client_new(&client_options), .fd = -1};
        if (!loop->connections[i].client) {
            measure_fail("out of memory");
        }
    }
}

void llmgw_loop_start(struct llmgw_loop *loop, struct llmgw_connection *connection, void *data) {
    llmgw_error error;
    llmgw_call *call = llmgw_start(connection->client, loop->request, &error);
    if (!call) {
        measure_fail("a call could not begin: %s", error.message);
    }
    llmgw_call_set_data(call, data);
    watch(loop, connection);
}

void llmgw_loop_turn(struct llmgw_loop *loop) {
    struct epoll_event ready[256];
    int count = epoll_wait(loop->poll, ready, 256, 10000);
    if (count <= 0) {
        measure_fail("the gateway is silent");
    }
    for (int i = 0; i < count; i++) {
        struct llmgw_connection *connection = ready[i].data.ptr;
        llmgw_event event;
        llmgw_process(connection->client);
        while (llmgw_next_event(connection->client, &event) != LLMGW_EVENT_NONE) {
            if (event.type == LLMGW_EVENT_ERROR) {
                measure_fail("a call failed: %s: %s", event.error->reason, event.error->message);
            }
            loop->event(loop, connection, &event, llmgw_call_data(event.call));
        }
        watch(loop, connection);
    }
}
