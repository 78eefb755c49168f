/* Closed loops through the gateway, as its C client makes them. */
#include "llmgw_loop.h"

#include <stdlib.h>

struct loop_state {
    uint64_t sent;
};

static void again(struct llmgw_loop *loop, struct llmgw_connection *connection, llmgw_event *event, void *data) {
    struct loop_state *state = data;
    if (event->type != LLMGW_EVENT_REPLY) {
        return;
    }
    size_t length;
    if (!llmgw_reply_text(event->reply, 0, &length) || length == 0) {
        measure_fail("an answer was empty");
    }
    bool goes_on = measure_answered(loop->context, state->sent);
    llmgw_reply_free(event->reply);
    llmgw_call_free(event->call);
    if (goes_on) {
        state->sent = measure_now();
        llmgw_loop_start(loop, connection, state);
    }
}

void run_llmgw(const struct options *options, struct measure *m) {
    struct llmgw_loop loop = {.event = again, .context = m};
    struct loop_state *states = calloc(options->loops, sizeof *states);
    llmgw_loop_init(&loop, options, false);
    measure_begin(m, options->warm_up, options->window);
    for (size_t i = 0; i < options->loops; i++) {
        states[i].sent = measure_now();
        llmgw_loop_start(&loop, &loop.connections[i / options->streams_per_connection], &states[i]);
    }
    while (m->state != measure_over) {
        llmgw_loop_turn(&loop);
    }
}
