/* Streams through the gateway, as its C client reads them. */
#include "chunk_check.h"
#include "llmgw_loop.h"

#include <stdlib.h>

static void receive(struct llmgw_loop *loop, struct llmgw_connection *connection, llmgw_event *event, void *data) {
    (void)connection;
    struct chunk_check *check = loop->context;
    struct chunk_stream *stream = data;
    if (event->type == LLMGW_EVENT_CHUNK && event->text_length > 0) {
        chunk_check_text(check, stream, event->text, event->text_length);
    } else if (event->type == LLMGW_EVENT_REPLY) {
        chunk_check_end(check, stream);
        llmgw_reply_free(event->reply);
        llmgw_call_free(event->call);
    }
}

void run_llmgw_streams(const struct options *options, struct measure *m) {
    struct chunk_check check = {.m = m, .streams = options->loops, .chunks = options->chunks};
    struct llmgw_loop loop = {.event = receive, .context = &check};
    struct chunk_stream *streams = calloc(options->loops, sizeof *streams);
    llmgw_loop_init(&loop, options, true);
    for (size_t i = 0; i < options->loops; i++) {
        llmgw_loop_start(&loop, &loop.connections[i / options->streams_per_connection], &streams[i]);
    }
    while (check.ended < check.streams) {
        llmgw_loop_turn(&loop);
    }
    chunk_check_print(&check);
}
