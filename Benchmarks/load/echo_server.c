/* The floor: answers every frame (u32 length, 12 bytes, payload) on a Unix socket with a frame of a fixed size, and does nothing else.
 *
 * Usage: echo_server SOCKET REPLY_BYTES
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <signal.h>
#include <unistd.h>

enum { header_size = 16, buffer_size = 256 << 10 };

struct connection {
    int fd;
    size_t filled;
    char buffer[buffer_size];
};

static void serve(struct connection *c, const char *reply, size_t reply_size) {
    ssize_t got = read(c->fd, c->buffer + c->filled, sizeof c->buffer - c->filled);
    if (got <= 0) {
        close(c->fd);
        free(c);
        return;
    }
    c->filled += (size_t)got;
    size_t used = 0;
    while (c->filled - used >= header_size) {
        uint32_t length;
        memcpy(&length, c->buffer + used, sizeof length);
        size_t frame = header_size + ntohl(length);
        if (frame > sizeof c->buffer) {
            fputs("echo_server: a frame is too large\n", stderr);
            exit(1);
        }
        if (c->filled - used < frame) {
            break;
        }
        used += frame;
        if (write(c->fd, reply, reply_size) != (ssize_t)reply_size) {
            perror("echo_server: write");
            exit(1);
        }
    }
    c->filled -= used;
    memmove(c->buffer, c->buffer + used, c->filled);
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fputs("usage: echo_server SOCKET REPLY_BYTES\n", stderr);
        return 2;
    }
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    size_t reply_size = (size_t)strtoul(argv[2], NULL, 10);
    char *reply = calloc(1, reply_size);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), poll = epoll_create1(EPOLL_CLOEXEC);
    if (!reply || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1024) != 0) {
        perror("echo_server");
        return 1;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        struct epoll_event events[256];
        int count = epoll_wait(poll, events, 256, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr) {
                serve(events[i].data.ptr, reply, reply_size);
                continue;
            }
            struct connection *c = malloc(sizeof *c);
            if (!c) {
                perror("echo_server");
                return 1;
            }
            c->filled = 0;
            c->fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
            event.data.ptr = c;
            epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &event);
        }
    }
}
