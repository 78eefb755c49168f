/* A provider of streams: answers every POST with CHUNKS server-sent events in OpenAI's form, PER_SECOND on each connection, evenly spread
 * over all of them. Every event says when it was sent (chunk_check.h).
 *
 * Usage: stream_upstream PORT CHUNKS PER_SECOND
 */
#define _GNU_SOURCE
#include "chunk_check.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { most_connections = 16384 };

struct connection {
    int fd;
    size_t place;     /* in `running`, while it streams */
    size_t sent;      /* events of this answer */
    bool is_streaming;
    size_t filled;
    char buffer[8192];
};

static size_t chunks;
static uint64_t interval;
/* Those that stream, in the order of their turns. */
static struct connection *running[most_connections];
static size_t running_count, turn;

static void transmit(struct connection *c, const char *text, size_t length) {
    if (send(c->fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)length) {
        measure_fail("a receiver of a stream does not keep up, or is gone");
    }
}

static void send_events(struct connection *c, const char *text, const char *tail) {
    char http[1024];
    int length = snprintf(http, sizeof http, "%zx\r\n%s\r\n%s", strlen(text), text, tail);
    transmit(c, http, (size_t)length);
}

#define EVENT_BEGIN \
    "data: {\"id\":\"chatcmpl-benchmark\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"bench\","

static void send_next(struct connection *c) {
    char event[512];
    if (c->sent < chunks) {
        snprintf(event, sizeof event,
                 EVENT_BEGIN "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" CHUNK_FORMAT "\"},\"finish_reason\":null}]}\n\n", c->sent++,
                 measure_now());
        send_events(c, event, "");
        return;
    }
    send_events(c,
                EVENT_BEGIN "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n" EVENT_BEGIN
                            "\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":9,\"total_tokens\":18}}\n\ndata: [DONE]\n\n",
                "0\r\n\r\n");
    c->is_streaming = false;
    running[c->place] = running[--running_count];
    running[c->place]->place = c->place;
}

static void begin_answer(struct connection *c) {
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    if (c->is_streaming || running_count == most_connections) {
        measure_fail("more requests than can be answered");
    }
    transmit(c, head, sizeof head - 1);
    c->sent = 0;
    c->is_streaming = true;
    c->place = running_count;
    running[running_count++] = c;
}

/* False once the connection is gone. */
static bool receive(struct connection *c) {
    ssize_t got = read(c->fd, c->buffer + c->filled, sizeof c->buffer - 1 - c->filled);
    if (got <= 0) {
        return false;
    }
    c->filled += (size_t)got;
    c->buffer[c->filled] = 0;
    char *end = strstr(c->buffer, "\r\n\r\n"), *length = strcasestr(c->buffer, "content-length:");
    if (!end) {
        return true;
    }
    size_t whole = (size_t)(end + 4 - c->buffer) + (length && length < end ? strtoul(length + 15, NULL, 10) : 0);
    if (whole >= sizeof c->buffer) {
        measure_fail("a request is too large");
    }
    if (c->filled >= whole) {
        c->filled = 0;
        begin_answer(c);
    }
    return true;
}

static void drop(struct connection *c) {
    if (c->is_streaming) {
        running[c->place] = running[--running_count];
        running[c->place]->place = c->place;
    }
    close(c->fd);
    free(c);
}

static int listen_on(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 4096) != 0) {
        measure_fail("stream_upstream cannot listen on port %u", port);
    }
    return fd;
}

static void accept_one(int listener, int poll) {
    struct connection *c = calloc(1, sizeof *c);
    int one = 1;
    if (!c || (c->fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) < 0) {
        measure_fail("stream_upstream cannot accept");
    }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &event);
}

/* Whoever's turn it is gets an event, `interval` after its last. */
static void run_turns(uint64_t *due) {
    uint64_t now = measure_now();
    while (running_count > 0 && *due <= now) {
        turn = turn >= running_count ? 0 : turn;
        send_next(running[turn++]);
        *due += interval / (running_count ? running_count : 1);
    }
    if (running_count == 0) {
        *due = now;
    }
}

int main(int argc, char **argv) {
    if (argc != 4 || atof(argv[3]) <= 0) {
        fputs("usage: stream_upstream PORT CHUNKS PER_SECOND\n", stderr);
        return 2;
    }
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    chunks = strtoul(argv[2], NULL, 10);
    interval = (uint64_t)(1e9 / atof(argv[3]));
    int listener = listen_on((uint16_t)strtoul(argv[1], NULL, 10)), poll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    uint64_t due = measure_now();
    for (;;) {
        struct epoll_event ready[256];
        uint64_t now = measure_now(), wait = due > now ? due - now : 0;
        struct timespec timeout = {.tv_sec = (time_t)(wait / 1000000000u), .tv_nsec = (long)(wait % 1000000000u)};
        int count = epoll_pwait2(poll, ready, 256, running_count ? &timeout : NULL, NULL);
        for (int i = 0; i < count; i++) {
            struct connection *c = ready[i].data.ptr;
            if (!c) {
                accept_one(listener, poll);
            } else if (!receive(c)) {
                drop(c);
            }
        }
        run_turns(&due);
    }
}
