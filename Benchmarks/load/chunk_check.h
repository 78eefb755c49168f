/* What the pieces of a benchmark's stream say: their number and when they were sent, so that the receiver knows how long each one took
 * and that none is lost or out of order. */
#ifndef BENCH_CHUNK_CHECK_H
#define BENCH_CHUNK_CHECK_H

#include "measure.h"

#include <inttypes.h>

#define CHUNK_FORMAT "%06zu %020" PRIu64 ";"
enum { chunk_size = 28 };

/* All streams of a run. The window is the time in which all of them are open and have brought something. */
struct chunk_check {
    struct measure *m;
    size_t streams, chunks; /* streams at once; pieces of each */
    size_t begun, ended, received;
};

/* One stream. */
struct chunk_stream {
    size_t next;
};

void chunk_check_text(struct chunk_check *check, struct chunk_stream *stream, const char *text, size_t length);
void chunk_check_end(struct chunk_check *check, const struct chunk_stream *stream);
void chunk_check_print(const struct chunk_check *check);

#endif
