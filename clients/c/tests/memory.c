// Short memory: every allocation of a conversation fails once. The program must get an error or an answer, and nothing may leak or hang.
// The runner is linked with --wrap for the four functions below.
#include "daemon.h"
#include "test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);

static long left = -1; // allocations until one fails; negative: none does

static bool fails_now(void) {
    return left >= 0 && left-- == 0;
}

void *__wrap_malloc(size_t size) {
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size) {
    return fails_now() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text) {
    return fails_now() ? NULL : __real_strdup(text);
}

// Answers every request on one connection, for as long as the client lasts.
static void serve(struct peer *peer) {
    Llmgw__V1__Head head = LLMGW__V1__HEAD__INIT;
    head.request_id = "r1";
    head.model = "小";
    bool has_preface = false;
    uint8_t bytes[4096];
    ssize_t count;
    while ((count = recv(peer->fd, bytes, sizeof bytes, 0)) > 0) {
        frame_decoder_feed(&peer->decoder, bytes, (size_t)count);
        if (!has_preface && peer->decoder.pending.count >= 8) {
            buffer_drop(&peer->decoder.pending, 8);
            has_preface = true;
        }
        struct frame frame;
        const char *reason;
        while (has_preface && frame_decoder_next(&peer->decoder, &frame, &reason) > 0) {
            if (frame.type == FRAME_HELLO) {
                peer_greet(peer, (struct limits){0});
            } else if (frame.type == FRAME_REQUEST) {
                uint32_t stream = frame.stream;
                peer_send_message(peer, FRAME_HEAD, stream, &head.base);
                peer_send_text(peer, stream, "世");
                peer_send_part(peer, FRAME_DATA, stream, true, "", 0);
                peer_send_part(peer, FRAME_DATA, stream, false, "\x12\x03" "界", 5);
                peer_end_with_text(peer, stream, "完");
            }
        }
    }
    peer_close(peer);
}

// Whether the whole conversation went well.
static bool converse(const char *path) {
    llmgw_options options;
    llmgw_options_init(&options);
    options.socket_path = path;
    llmgw_client *client = llmgw_client_new(&options);
    llmgw_request *request = llmgw_chat_new();
    llmgw_error error = {0};
    llmgw_reply *reply = NULL;
    int answers = 0;
    if (client && request && llmgw_add_message(request, LLMGW_USER, "你好", (size_t)-1) == 0 && llmgw_add_stop(request, "x", 1) == 0 &&
        llmgw_add_label(request, "k", "v") == 0 && llmgw_add_cache_tag(request, "报告") == 0 &&
        llmgw_set_stream(request, true) == 0) {
        if (llmgw_perform(client, request, &reply, &error) == 0) {
            answers++;
        } else {
            CHECK(*error.reason);
        }
        llmgw_reply_free(reply);
        llmgw_call *call = llmgw_start(client, request, &error);
        llmgw_event event = {0};
        while (call && event.type != LLMGW_EVENT_REPLY && event.type != LLMGW_EVENT_ERROR) {
            CHECK(llmgw_call_next(call, &event, PATIENCE_MS) != LLMGW_EVENT_NONE);
        }
        answers += event.type == LLMGW_EVENT_REPLY;
        llmgw_reply_free(event.reply);
        llmgw_call_free(call);
        void *raw;
        size_t length;
        answers += llmgw_perform_raw(client, 0x0101, "", 0, 0, &raw, &length, &error) == 0;
        free(raw);
    }
    llmgw_request_free(request);
    llmgw_client_free(client);
    return answers == 3;
}

static void every_allocation_may_fail(void) {
    struct daemon daemon;
    daemon_start(&daemon);
    pid_t server = fork();
    if (server == 0) {
        for (;;) {
            struct peer peer = {.fd = accept(daemon.listener, NULL, NULL), .decoder = {.max_frame = 1 << 20}};
            pid_t one = fork(); // a client that goes away ends only what served it
            if (one == 0) {
                serve(&peer);
                _exit(0);
            }
            close(peer.fd);
            waitpid(one, NULL, 0);
        }
    }
    bool went_well = false;
    long failing = 0;
    for (; !went_well && failing < 10000; failing++) {
        left = failing;
        bool answered = converse(daemon.path);
        went_well = answered && left >= 0; // no allocation was left to fail
    }
    left = -1;
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    daemon_stop(&daemon);
    CHECK(went_well);
    CHECK(failing > 50);
}

void memory_run(void) {
    static const struct test tests[] = {{"every allocation may fail", every_allocation_may_fail}};
    RUN_ALL(tests);
}
