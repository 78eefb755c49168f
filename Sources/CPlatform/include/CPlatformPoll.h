// epoll and eventfd. Their flags are C enums and their event is a packed struct with a union; Swift gets functions instead.
#ifndef CPLATFORM_POLL_H
#define CPLATFORM_POLL_H

#include <stdbool.h>
#include <stdint.h>

struct cplatform_ready {
    int fd;
    bool readable;
    bool writable;
    bool failed;
};

// A new epoll descriptor, or -1 with errno.
int cplatform_poll_create(void);

// Watches `fd` for reading and writing as said, or no longer if both are false. 0, or -1 with errno.
int cplatform_poll_watch(int poll_fd, int fd, bool readable, bool writable);

// Waits for up to `timeout_ms` (-1: without end). The number of entries in `ready`, 0 after a timeout or a signal, -1 with errno.
int cplatform_poll_wait(int poll_fd, struct cplatform_ready *ready, int capacity, int timeout_ms);

// An eventfd that wakes a poll, or -1 with errno.
int cplatform_wake_create(void);
void cplatform_wake(int fd);
void cplatform_wake_drain(int fd);

#endif
