/* libllmgw on epoll: some connections, some calls on each. */
#ifndef BENCH_LLMGW_LOOP_H
#define BENCH_LLMGW_LOOP_H

#include "options.h"

#include <llmgw/llmgw.h>

struct llmgw_connection {
    llmgw_client *client;
    int fd;
    short want;
};

struct llmgw_loop {
    int poll;
    llmgw_request *request;
    struct llmgw_connection *connections;
    size_t connection_count;
    /* An event of the call that was begun with `data`. */
    void (*event)(struct llmgw_loop *loop, struct llmgw_connection *connection, llmgw_event *event, void *data);
    void *context;
};

void llmgw_loop_init(struct llmgw_loop *loop, const struct options *options, bool stream);
void llmgw_loop_start(struct llmgw_loop *loop, struct llmgw_connection *connection, void *data);
/* Waits for something to do, and does it. */
void llmgw_loop_turn(struct llmgw_loop *loop);

#endif
