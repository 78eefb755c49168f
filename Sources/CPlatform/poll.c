#define _GNU_SOURCE
#include "CPlatformPoll.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { max_events = 256 };

int cplatform_poll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int cplatform_poll_watch(int poll_fd, int fd, bool readable, bool writable) {
    struct epoll_event event = {0};
    event.events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);
    event.data.fd = fd;
    if (!readable && !writable) {
        return epoll_ctl(poll_fd, EPOLL_CTL_DEL, fd, &event);
    }
    // Which of the two is right is known to the kernel alone: a closed descriptor's number may have come back.
    if (epoll_ctl(poll_fd, EPOLL_CTL_MOD, fd, &event) == 0) {
        return 0;
    }
    return errno == ENOENT ? epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event) : -1;
}

int cplatform_poll_wait(int poll_fd, struct cplatform_ready *ready, int capacity, int timeout_ms) {
    struct epoll_event events[max_events];
    int count = epoll_wait(poll_fd, events, capacity < max_events ? capacity : max_events, timeout_ms);
    if (count < 0) {
        return errno == EINTR ? 0 : -1;
    }
    for (int i = 0; i < count; i++) {
        ready[i].fd = events[i].data.fd;
        ready[i].readable = (events[i].events & EPOLLIN) != 0;
        ready[i].writable = (events[i].events & EPOLLOUT) != 0;
        ready[i].failed = (events[i].events & (EPOLLERR | EPOLLHUP)) != 0;
    }
    return count;
}

int cplatform_wake_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void cplatform_wake(int fd) {
    uint64_t one = 1;
    // The only way to fail is a counter that is full, which wakes as well.
    ssize_t written = write(fd, &one, sizeof one);
    (void)written;
}

void cplatform_wake_drain(int fd) {
    uint64_t count;
    ssize_t got = read(fd, &count, sizeof count);
    (void)got;
}
