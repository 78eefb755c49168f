#include "chunk_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_one(struct chunk_check *check, struct chunk_stream *stream, const char *text, uint64_t now) {
    char copy[chunk_size + 1] = {0};
    memcpy(copy, text, chunk_size);
    size_t number;
    uint64_t sent;
    if (sscanf(copy, "%zu %" SCNu64 ";", &number, &sent) != 2) {
        measure_fail("a piece of a stream is not what was sent");
    }
    if (number != stream->next) {
        measure_fail("piece %zu came where %zu was due: lost or out of order", number, stream->next);
    }
    check->received++;
    if (stream->next++ == 0 && ++check->begun == check->streams) {
        measure_open_window(check->m);
    } else if (check->m->state == measure_counting) {
        measure_sample(check->m, now - sent);
    }
}

void chunk_check_text(struct chunk_check *check, struct chunk_stream *stream, const char *text, size_t length) {
    uint64_t now = measure_now();
    if (length % chunk_size != 0) {
        measure_fail("a piece of a stream was cut");
    }
    for (size_t at = 0; at < length; at += chunk_size) {
        check_one(check, stream, text + at, now);
    }
}

void chunk_check_end(struct chunk_check *check, const struct chunk_stream *stream) {
    if (stream->next != check->chunks) {
        measure_fail("a stream ended after %zu of %zu pieces", stream->next, check->chunks);
    }
    if (check->begun != check->streams) {
        measure_fail("a stream ended when only %zu of %zu had begun: use more chunks", check->begun, check->streams);
    }
    if (check->ended++ == 0) {
        measure_close_window(check->m);
    }
}

void chunk_check_print(const struct chunk_check *check) {
    printf("\"streams\": %zu, \"ended_well\": %zu, \"chunks_expected\": %zu, \"chunks_received\": %zu, ", check->streams, check->ended,
           check->streams * check->chunks, check->received);
}
