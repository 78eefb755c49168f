/* Streams through libcurl: server-sent events, read as an OpenAI client does. */
#include "chunk_check.h"
#include "curl_loop.h"

#include <stdlib.h>
#include <string.h>

struct http_stream {
    struct chunk_check *check;
    struct chunk_stream chunks;
    char buffer[4096];
    size_t filled;
    bool has_done;
};

static void receive_event(struct http_stream *stream, const char *event) {
    static const char member[] = "\"content\":\"";
    if (strncmp(event, "data: [DONE]", 12) == 0) {
        stream->has_done = true;
        return;
    }
    const char *text = strstr(event, member);
    if (text) {
        text += sizeof member - 1;
        chunk_check_text(stream->check, &stream->chunks, text, strcspn(text, "\""));
    }
}

static size_t receive(char *data, size_t size, size_t count, void *user) {
    struct http_stream *stream = user;
    for (size_t rest = size * count; rest > 0;) {
        size_t taken = sizeof stream->buffer - 1 - stream->filled;
        taken = taken < rest ? taken : rest;
        memcpy(stream->buffer + stream->filled, data, taken);
        stream->filled += taken;
        stream->buffer[stream->filled] = 0;
        data += taken, rest -= taken;
        char *event = stream->buffer, *end;
        while ((end = strstr(event, "\n\n"))) {
            *end = 0;
            receive_event(stream, event);
            event = end + 2;
        }
        stream->filled -= (size_t)(event - stream->buffer);
        memmove(stream->buffer, event, stream->filled);
        if (stream->filled == sizeof stream->buffer - 1) {
            measure_fail("an event is too long");
        }
    }
    return size * count;
}

static void ended(struct curl_loop *loop, CURL *easy, void *data) {
    (void)loop, (void)easy;
    struct http_stream *stream = data;
    if (!stream->has_done) {
        measure_fail("a stream ended without [DONE]");
    }
    chunk_check_end(stream->check, &stream->chunks);
}

void run_http_streams(const struct options *options, struct measure *m) {
    struct chunk_check check = {.m = m, .streams = options->loops, .chunks = options->chunks};
    struct curl_loop loop;
    char *body = options_request_body(options, true);
    struct http_stream *streams = calloc(options->loops, sizeof *streams);
    curl_loop_init(&loop, ended, NULL);
    for (size_t i = 0; i < options->loops; i++) {
        streams[i].check = &check;
        curl_loop_add(&loop, curl_loop_post(options, body, receive, &streams[i]));
    }
    while (check.ended < check.streams) {
        curl_loop_turn(&loop);
    }
    curl_loop_end(&loop);
    chunk_check_print(&check);
}
