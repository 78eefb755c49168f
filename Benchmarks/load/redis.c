/* Closed loops of GETs against redis-server on a Unix socket: the measure for an answer that is already there. */
#define _GNU_SOURCE
#include "options.h"
#include "unix_socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static const char get[] = "*2\r\n$3\r\nGET\r\n$5\r\nbench\r\n";

struct redis_loop {
    int fd;
    size_t received;
    uint64_t sent;
};

/* Stores what the loops will ask for. */
static void store(const char *path, const char *value, size_t size) {
    int fd = unix_socket_dial(path);
    char *command, answer[5];
    int length = asprintf(&command, "*3\r\n$3\r\nSET\r\n$5\r\nbench\r\n$%zu\r\n%s\r\n", size, value);
    if (length < 0 || write(fd, command, (size_t)length) != length || read(fd, answer, 5) != 5 || memcmp(answer, "+OK\r\n", 5) != 0) {
        measure_fail("redis did not store the value");
    }
    free(command);
    close(fd);
}

static void ask(struct redis_loop *loop) {
    loop->received = 0;
    loop->sent = measure_now();
    if (write(loop->fd, get, sizeof get - 1) != sizeof get - 1) {
        measure_fail("redis took no whole command: %s", strerror(errno));
    }
}

void run_redis(const struct options *options, struct measure *m) {
    struct redis_loop *loops = calloc(options->loops, sizeof *loops);
    char *value = options_prompt(options->prompt), *expected;
    int expected_size = asprintf(&expected, "$%zu\r\n%s\r\n", options->prompt, value);
    char *reply = expected_size < 0 ? NULL : malloc((size_t)expected_size);
    if (!loops || !reply) {
        measure_fail("out of memory");
    }
    store(options->unix_socket, value, options->prompt);
    int poll = epoll_create1(EPOLL_CLOEXEC);
    measure_begin(m, options->warm_up, options->window);
    for (size_t i = 0; i < options->loops; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &loops[i]};
        loops[i].fd = unix_socket_dial(options->unix_socket);
        epoll_ctl(poll, EPOLL_CTL_ADD, loops[i].fd, &event);
        ask(&loops[i]);
    }
    while (m->state != measure_over) {
        struct epoll_event events[256];
        int count = epoll_wait(poll, events, 256, 10000);
        if (count <= 0) {
            measure_fail("redis is silent");
        }
        for (int i = 0; i < count; i++) {
            struct redis_loop *loop = events[i].data.ptr;
            ssize_t got = read(loop->fd, reply, (size_t)expected_size - loop->received);
            if (got <= 0 || memcmp(reply, expected + loop->received, (size_t)got) != 0) {
                measure_fail("redis gave another answer");
            }
            loop->received += (size_t)got;
            if (loop->received == (size_t)expected_size && measure_answered(m, loop->sent)) {
                ask(loop);
            }
        }
    }
}
