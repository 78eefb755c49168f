/* Closed loops against echo_server: what the kernel and a socket cost, with the frame sizes of the real thing. */
#define _GNU_SOURCE
#include "options.h"
#include "unix_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct echo_loop {
    int fd;
    size_t received;
    uint64_t sent;
};

static void ask(struct echo_loop *loop, const void *frame, size_t size) {
    loop->received = 0;
    loop->sent = measure_now();
    if (write(loop->fd, frame, size) != (ssize_t)size) {
        measure_fail("the echo server took no whole frame: %s", strerror(errno));
    }
}

void run_echo(const struct options *options, struct measure *m) {
    struct echo_loop *loops = calloc(options->loops, sizeof *loops);
    char *frame = calloc(1, options->request_frame), *reply = malloc(options->reply_frame);
    uint32_t length = htonl((uint32_t)options->request_frame - 16);
    memcpy(frame, &length, sizeof length);
    int poll = epoll_create1(EPOLL_CLOEXEC);
    measure_begin(m, options->warm_up, options->window);
    for (size_t i = 0; i < options->loops; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &loops[i]};
        loops[i].fd = unix_socket_dial(options->unix_socket);
        epoll_ctl(poll, EPOLL_CTL_ADD, loops[i].fd, &event);
        ask(&loops[i], frame, options->request_frame);
    }
    while (m->state != measure_over) {
        struct epoll_event events[256];
        int count = epoll_wait(poll, events, 256, 10000);
        if (count <= 0) {
            measure_fail("the echo server is silent");
        }
        for (int i = 0; i < count; i++) {
            struct echo_loop *loop = events[i].data.ptr;
            ssize_t got = read(loop->fd, reply, options->reply_frame - loop->received);
            if (got <= 0) {
                measure_fail("the echo server closed a connection");
            }
            loop->received += (size_t)got;
            if (loop->received == options->reply_frame && measure_answered(m, loop->sent)) {
                ask(loop, frame, options->request_frame);
            }
        }
    }
}
