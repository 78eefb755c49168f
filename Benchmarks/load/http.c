/* Closed loops through libcurl: one easy handle and one kept connection each. */
#include "curl_loop.h"

#include <stdlib.h>

struct loop_state {
    uint64_t sent;
    size_t received;
};

static size_t count_bytes(char *data, size_t size, size_t count, void *user) {
    (void)data;
    ((struct loop_state *)user)->received += size * count;
    return size * count;
}

static void again(struct curl_loop *loop, CURL *easy, void *data) {
    struct loop_state *state = data;
    if (state->received == 0) {
        measure_fail("an answer was empty");
    }
    if (measure_answered(loop->context, state->sent)) {
        state->received = 0;
        state->sent = measure_now();
        curl_loop_add(loop, easy);
    }
}

void run_http(const struct options *options, struct measure *m) {
    struct curl_loop loop;
    char *body = options_request_body(options, false);
    struct loop_state *states = calloc(options->loops, sizeof *states);
    curl_loop_init(&loop, again, m);
    measure_begin(m, options->warm_up, options->window);
    for (size_t i = 0; i < options->loops; i++) {
        states[i].sent = measure_now();
        curl_loop_add(&loop, curl_loop_post(options, body, count_bytes, &states[i]));
    }
    while (m->state != measure_over) {
        curl_loop_turn(&loop);
    }
    curl_loop_end(&loop);
}
