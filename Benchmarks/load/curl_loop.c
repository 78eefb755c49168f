#define _GNU_SOURCE
#include "curl_loop.h"

#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { silence_ms = 10000 };

static int watch(CURL *easy, curl_socket_t fd, int what, void *context, void *socket_context) {
    (void)easy, (void)socket_context;
    struct curl_loop *loop = context;
    struct epoll_event event = {.data.fd = fd};
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(loop->poll, EPOLL_CTL_DEL, fd, &event);
        return 0;
    }
    event.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
    if (epoll_ctl(loop->poll, EPOLL_CTL_MOD, fd, &event) != 0) {
        epoll_ctl(loop->poll, EPOLL_CTL_ADD, fd, &event);
    }
    return 0;
}

static int set_timer(CURLM *multi, long timeout_ms, void *context) {
    (void)multi;
    struct curl_loop *loop = context;
    loop->timer = timeout_ms < 0 ? -1 : (int64_t)measure_now() + timeout_ms * 1000000;
    return 0;
}

void curl_loop_init(struct curl_loop *loop, void (*done)(struct curl_loop *, CURL *, void *), void *context) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    loop->multi = curl_multi_init();
    loop->poll = epoll_create1(EPOLL_CLOEXEC);
    loop->timer = -1;
    loop->done = done;
    loop->context = context;
    curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, watch);
    curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
    curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
    curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, 2048L);
}

CURL *curl_loop_post(const struct options *options, const char *body, curl_write_callback write, void *data) {
    static struct curl_slist *headers;
    if (!headers) {
        headers = curl_slist_append(curl_slist_append(NULL, "Content-Type: application/json"), "Expect:");
    }
    CURL *easy = curl_easy_init();
    if (!easy || !headers) {
        measure_fail("out of memory");
    }
    curl_easy_setopt(easy, CURLOPT_URL, options->url);
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, options->unix_socket);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, write);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, data);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, data);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    return easy;
}

void curl_loop_add(struct curl_loop *loop, CURL *easy) { curl_multi_add_handle(loop->multi, easy); }

static void finish(struct curl_loop *loop, CURLMsg *message) {
    CURL *easy = message->easy_handle;
    CURLcode result = message->data.result;
    void *data = NULL;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &data);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (result != CURLE_OK || status != 200) {
        measure_fail("a transfer failed: %s, status %ld", curl_easy_strerror(result), status);
    }
    curl_multi_remove_handle(loop->multi, easy);
    loop->done(loop, easy, data);
}

void curl_loop_turn(struct curl_loop *loop) {
    struct epoll_event events[256];
    int wait = silence_ms, running;
    if (loop->timer >= 0) {
        int64_t left = loop->timer - (int64_t)measure_now();
        wait = left <= 0 ? 0 : (int)((left + 999999) / 1000000);
    }
    int count = epoll_wait(loop->poll, events, 256, wait);
    if (count == 0 && wait == silence_ms) {
        measure_fail("nothing happened for %d s", silence_ms / 1000);
    }
    for (int i = 0; i < count; i++) {
        int what = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) | (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                   (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
        curl_multi_socket_action(loop->multi, events[i].data.fd, what, &running);
    }
    if (loop->timer >= 0 && (int64_t)measure_now() >= loop->timer) {
        loop->timer = -1;
        curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(loop->multi, &left))) {
        if (message->msg == CURLMSG_DONE) {
            finish(loop, message);
        }
    }
}

void curl_loop_end(struct curl_loop *loop) {
    /* The process ends next: handles that still run are left to it. */
    close(loop->poll);
}
