/* libcurl's multi interface on epoll: as lean as libcurl gets, so that the comparison is fair at any number of connections. */
#ifndef BENCH_CURL_LOOP_H
#define BENCH_CURL_LOOP_H

#include "options.h"

#include <curl/curl.h>

struct curl_loop {
    CURLM *multi;
    int poll;
    int64_t timer; /* nanoseconds of measure_now; -1: none */
    /* A transfer is done: `data` is its CURLOPT_PRIVATE. It may be added again. */
    void (*done)(struct curl_loop *loop, CURL *easy, void *data);
    void *context;
};

void curl_loop_init(struct curl_loop *loop, void (*done)(struct curl_loop *, CURL *, void *), void *context);
/* A handle for POSTs of `body`, which must stay; its answers go to `write`. */
CURL *curl_loop_post(const struct options *options, const char *body, curl_write_callback write, void *data);
void curl_loop_add(struct curl_loop *loop, CURL *easy);
/* Waits for something to do, and does it. */
void curl_loop_turn(struct curl_loop *loop);
/* Does not wait for what runs. */
void curl_loop_end(struct curl_loop *loop);

#endif
