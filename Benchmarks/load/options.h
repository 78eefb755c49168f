/* What a run of `load` is asked to do. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include "measure.h"

struct options {
    const char *url;         /* http: what to POST to */
    const char *unix_socket; /* http: connect here instead of the URL's host; llmgw, echo and redis: the socket */
    const char *model;
    size_t loops;   /* closed loops, or streams at once */
    size_t prompt;  /* bytes of the user's message */
    size_t request_frame, reply_frame; /* echo: bytes */
    size_t chunks;  /* of each stream */
    size_t streams_per_connection;
    double warm_up, window; /* seconds */
};

/* The user's message: `size` bytes of text. To be freed. */
char *options_prompt(size_t size);
/* The same chat request as the gateway would send it, as JSON. To be freed. */
char *options_request_body(const struct options *options, bool stream);

void run_http(const struct options *options, struct measure *m);
void run_llmgw(const struct options *options, struct measure *m);
void run_echo(const struct options *options, struct measure *m);
void run_redis(const struct options *options, struct measure *m);
void run_http_streams(const struct options *options, struct measure *m);
void run_llmgw_streams(const struct options *options, struct measure *m);

#endif
