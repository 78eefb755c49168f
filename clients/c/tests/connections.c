// Connections that do not last, or never come about.
#include "daemon.h"
#include "socket_path.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct daemon daemon_;
static llmgw_client *client;

static void begin(void) {
    daemon_start(&daemon_);
    client = daemon_client(&daemon_);
}

static void finish(void) {
    llmgw_client_free(client);
    daemon_stop(&daemon_);
}

static void read_chat(struct peer *peer, uint32_t stream) {
    llmgw__v1__chat_request__free_unpacked(peer_read_chat(peer, stream), NULL);
}

static void expect_reply(const llmgw_call *call) {
    llmgw_event event = next_event(client, LLMGW_EVENT_REPLY);
    CHECK(event.call == call);
    llmgw_reply_free(event.reply);
}

static void check_error(const llmgw_error *error, const char *reason, enum llmgw_retry retry, bool not_processed) {
    CHECK_STRING(error->reason, reason);
    CHECK_INT(error->retry, retry);
    CHECK_INT(error->not_processed, not_processed);
    CHECK(*error->message && *error->suggestion);
}

static void goaway_repeats_only_what_was_not_processed(void) {
    begin();
    llmgw_call *processed = start_chat(client, "一", false), *not_processed = start_chat(client, "二", false);
    struct peer old = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    read_chat(&old, 1);
    read_chat(&old, 3);
    peer_go_away(&old, 1);
    struct peer new = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    read_chat(&new, 1);
    peer_check_quiet(&new);
    llmgw_call *later = start_chat(client, "三", false);
    read_chat(&new, 3);
    peer_end_with_text(&old, 1, "x");
    expect_reply(processed);
    peer_end_with_text(&new, 1, "x");
    expect_reply(not_processed);
    peer_end_with_text(&new, 3, "x");
    expect_reply(later);
    llmgw_process(client);
    uint8_t byte;
    peer_read(&old, FRAME_CANCEL, 3);
    CHECK_INT(recv(old.fd, &byte, 1, MSG_DONTWAIT), 0); // drained: closed
    llmgw_call_free(processed);
    llmgw_call_free(not_processed);
    llmgw_call_free(later);
    finish();
    peer_close(&old);
    peer_close(&new);
}

static void refused_while_draining_is_repeated_once(void) {
    begin();
    llmgw_call *call = start_chat(client, "x", true);
    Llmgw__V1__Status status = LLMGW__V1__STATUS__INIT;
    status.has_code = status.has_not_processed = status.has_message = status.has_suggestion = status.has_retry = true;
    status.code = 14;
    status.reason = "llmgw.gateway.draining";
    status.message = status.suggestion = (ProtobufCBinaryData){1, (uint8_t *)"m"};
    status.retry = LLMGW__V1__RETRY__RETRY_SAFE;
    status.not_processed = true;
    struct peer peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    read_chat(&peer, 1);
    peer_end_with_status(&peer, 1, &status);
    read_chat(&peer, 3);
    peer_end_with_status(&peer, 3, &status);
    check_error(next_event(client, LLMGW_EVENT_ERROR).error, "llmgw.gateway.draining", LLMGW_RETRY_SAFE, true);
    peer_check_quiet(&peer);
    llmgw_call_free(call);
    finish();
    peer_close(&peer);
}

static void lost_call_is_not_repeated(void) {
    begin();
    llmgw_call *call = start_chat(client, "x", true);
    struct peer peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    read_chat(&peer, 1);
    peer_send_text(&peer, 1, "开头");
    peer_close(&peer);
    next_event(client, LLMGW_EVENT_CHUNK); // what came is not lost
    check_error(next_event(client, LLMGW_EVENT_ERROR).error, "llmgw.local.connection_lost", LLMGW_RETRY_AMBIGUOUS, false);
    CHECK(!has_event(client));
    llmgw_call_free(call);
    call = start_chat(client, "y", true); // the handle lives on
    peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    read_chat(&peer, 1);
    peer_check_quiet(&peer);
    llmgw_call_free(call);
    finish();
    peer_close(&peer);
}

static void written_call_without_answer_is_not_repeated(void) {
    begin();
    llmgw_call *call = start_chat(client, "x", false);
    struct peer peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    read_chat(&peer, 1);
    peer_close(&peer);
    check_error(next_event(client, LLMGW_EVENT_ERROR).error, "llmgw.local.connection_lost", LLMGW_RETRY_AMBIGUOUS, false);
    llmgw_call_free(call);
    finish();
}

static void unwritten_call_is_repeated_once(void) {
    begin();
    llmgw_call *call = start_chat(client, "x", false);
    struct peer peer = peer_accept(&daemon_, client);
    peer_close(&peer);
    peer = peer_accept(&daemon_, client);
    peer_close(&peer);
    check_error(next_event(client, LLMGW_EVENT_ERROR).error, "llmgw.local.connection_lost", LLMGW_RETRY_SAFE, true);
    llmgw_call_free(call);
    finish();
}

static void half_written_call_is_repeated(void) {
    enum { SIZE = 8 << 20 }; // more than a socket buffers
    begin();
    char *text = malloc(SIZE);
    memset(text, 'z', SIZE);
    llmgw_request *request = llmgw_chat_new();
    CHECK_INT(llmgw_add_message(request, LLMGW_USER, text, SIZE), 0);
    llmgw_call *call = llmgw_start(client, request, NULL);
    struct peer peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    CHECK(peer_read(&peer, FRAME_REQUEST, 1).flags & FRAME_MORE);
    peer_close(&peer);
    peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    while (peer_read(&peer, FRAME_REQUEST, 1).flags & FRAME_MORE) {
    }
    peer_end_with_text(&peer, 1, "ok");
    expect_reply(call);
    llmgw_call_free(call);
    llmgw_request_free(request);
    free(text);
    finish();
    peer_close(&peer);
}

static void idle_connection_that_was_closed_is_replaced(void) {
    begin();
    llmgw_call *call = start_chat(client, "一", false);
    struct peer peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    read_chat(&peer, 1);
    peer_end_with_text(&peer, 1, "x");
    expect_reply(call);
    llmgw_call_free(call);
    peer_go_away(&peer, 1);
    peer_close(&peer);
    call = start_chat(client, "二", false); // without llmgw_process in between, as in a blocking program
    peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    read_chat(&peer, 1);
    peer_end_with_text(&peer, 1, "y");
    expect_reply(call);
    llmgw_call_free(call);
    finish();
    peer_close(&peer);
}

// The connection is found to be dead when credit is given, which llmgw_next_event does.
static void connection_that_dies_under_an_event_strands_no_call(void) {
    begin();
    llmgw_call *lost = start_chat(client, "一", true), *waiting = start_chat(client, "二", false);
    struct peer peer = peer_accept_and_greet(&daemon_, client, (struct limits){.max_streams = 1, .initial_credit = 20});
    read_chat(&peer, 1);
    peer_send_text(&peer, 1, "0123456789");
    CHECK(has_event(client));
    peer_close(&peer);
    next_event(client, LLMGW_EVENT_CHUNK);
    CHECK(next_event(client, LLMGW_EVENT_ERROR).call == lost);
    CHECK_INT(llmgw_timeout_ms(client), 0); // nothing else would wake the program
    peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    read_chat(&peer, 1);
    peer_end_with_text(&peer, 1, "x");
    expect_reply(waiting);
    llmgw_call_free(lost);
    llmgw_call_free(waiting);
    finish();
    peer_close(&peer);
}

static void violation_ends_the_connection(void) {
    begin();
    llmgw_call *first = start_chat(client, "一", false), *second = start_chat(client, "二", false);
    struct peer peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    read_chat(&peer, 1);
    read_chat(&peer, 3);
    peer_send(&peer, 0x7f, 0, NULL, 0);
    for (int i = 0; i < 2; i++) {
        const llmgw_error *error = next_event(client, LLMGW_EVENT_ERROR).error;
        check_error(error, "llmgw.local.protocol_violation", LLMGW_RETRY_AMBIGUOUS, false);
        CHECK(strstr(error->message, "unknown_frame_type") != NULL);
    }
    uint8_t byte;
    CHECK_INT(recv(peer.fd, &byte, 1, MSG_DONTWAIT), 0);
    llmgw_call_free(first);
    llmgw_call_free(second);
    finish();
    peer_close(&peer);
}

static void refusal_tells_the_daemons_reason(void) {
    begin();
    llmgw_call *call = start_chat(client, "x", false);
    struct peer peer = peer_accept(&daemon_, client);
    Llmgw__V1__Status status = LLMGW__V1__STATUS__INIT;
    status.has_code = status.has_message = status.has_suggestion = status.has_retry = true;
    status.code = 8;
    status.reason = "llmgw.gateway.too_many_connections";
    status.message = status.suggestion = (ProtobufCBinaryData){6, (uint8_t *)"太多"};
    status.retry = LLMGW__V1__RETRY__RETRY_SAFE;
    Llmgw__V1__ConnectionError refusal = LLMGW__V1__CONNECTION_ERROR__INIT;
    refusal.status = &status;
    peer_send_message(&peer, FRAME_ERROR, 0, &refusal.base);
    peer_close(&peer);
    const llmgw_error *error = next_event(client, LLMGW_EVENT_ERROR).error;
    check_error(error, "llmgw.gateway.too_many_connections", LLMGW_RETRY_SAFE, true);
    CHECK_STRING(error->message, "太多");
    CHECK_INT(error->code, 8);
    llmgw_call_free(call);
    finish();
}

static void no_daemon(void) {
    begin();
    close(daemon_.listener);
    llmgw_request *request = chat_request("x", false);
    llmgw_reply *reply;
    llmgw_error error;
    char expected[256];
    CHECK_INT(llmgw_perform(client, request, &reply, &error), -1); // nobody listens
    check_error(&error, "llmgw.local.connect_failed", LLMGW_RETRY_SAFE, true);
    snprintf(expected, sizeof expected, "no connection to the daemon (%s): Connection refused", daemon_.path);
    CHECK_STRING(error.message, expected);
    CHECK_INT(error.code, 14);
    CHECK_INT(error.origin, LLMGW_ORIGIN_CLIENT);
    unlink(daemon_.path);
    CHECK_INT(llmgw_perform(client, request, &reply, NULL), -1); // nobody wants to know why
    CHECK(reply == NULL);
    llmgw_call *call = llmgw_start(client, request, &error); // the same, as an event
    CHECK(strstr(next_event(client, LLMGW_EVENT_ERROR).error->message, "No such file or directory") != NULL);
    llmgw_call_free(call);
    llmgw_client_free(client);

    llmgw_options options;
    llmgw_options_init(&options);
    char path[200] = {0};
    memset(path, '/', sizeof path - 1);
    options.socket_path = path;
    client = llmgw_client_new(&options);
    CHECK_INT(llmgw_perform(client, request, &reply, &error), -1);
    CHECK(strstr(error.message, "File name too long") != NULL);
    llmgw_request_free(request);
    finish();
}

static int64_t now_ms_here(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void silent_daemon_times_out(void) {
    begin();
    llmgw_request *request = chat_request("x", false);
    CHECK_INT(llmgw_set_timeout_ms(request, 50), 0);
    int64_t before = now_ms_here();
    llmgw_call *call = llmgw_start(client, request, NULL);
    struct peer peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    Llmgw__V1__Request *received = peer_read_request(&peer, 1, 0x0201);
    CHECK_INT(received->timeout_ms, 50);
    llmgw__v1__request__free_unpacked(received, NULL);
    llmgw_event event;
    CHECK_INT(llmgw_call_next(call, &event, 0), LLMGW_EVENT_NONE);
    CHECK_INT(llmgw_call_next(call, &event, 10), LLMGW_EVENT_NONE);
    check_error(next_event(client, LLMGW_EVENT_ERROR).error, "llmgw.local.timeout", LLMGW_RETRY_AMBIGUOUS, false);
    CHECK(now_ms_here() - before >= 1050); // the daemon had its second
    peer_read(&peer, FRAME_CANCEL, 1);
    llmgw_call_free(call);
    llmgw_request_free(request);
    finish();
    peer_close(&peer);
}

static void silent_handshake_times_out(void) {
    begin();
    llmgw_call *call = start_chat(client, "x", false);
    struct peer peer = peer_accept(&daemon_, client);
    int64_t before = now_ms_here();
    const llmgw_error *error = next_event(client, LLMGW_EVENT_ERROR).error;
    check_error(error, "llmgw.local.connect_failed", LLMGW_RETRY_SAFE, true);
    CHECK_STRING(error->message, "the daemon did not answer HELLO");
    CHECK(now_ms_here() - before > 4000);
    llmgw_call_free(call);
    finish();
    peer_close(&peer);
}

// A Unix socket whose backlog is full refuses without blocking, and says nothing when there is room again.
static void full_backlog_is_waited_for(void) {
    begin();
    CHECK(listen(daemon_.listener, 0) == 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, daemon_.path);
    int others[4], count = 0;
    for (; count < 4; count++) {
        others[count] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (connect(others[count], (struct sockaddr *)&address, sizeof address) != 0) {
            break;
        }
    }
    CHECK(count < 4 && errno == EAGAIN);
    llmgw_call *call = start_chat(client, "x", false);
    CHECK(!has_event(client) && llmgw_timeout_ms(client) > 0);
    for (int i = 0; i < count; i++) {
        close(accept(daemon_.listener, NULL, NULL));
    }
    struct peer peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    read_chat(&peer, 1);
    peer_end_with_text(&peer, 1, "x");
    expect_reply(call);
    for (int i = 0; i <= count; i++) {
        close(others[i]);
    }
    llmgw_call_free(call);
    finish();
    peer_close(&peer);
}

static void fork_leaves_the_parent_alone(void) {
    begin();
    int fd = llmgw_fd(client);
    llmgw_call *call = start_chat(client, "父", true);
    struct peer peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    read_chat(&peer, 1);
    peer_send_text(&peer, 1, "一");
    next_event(client, LLMGW_EVENT_CHUNK);

    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        // The child's exit status says how far it came.
        llmgw_event event;
        llmgw_error error;
        llmgw_reply *reply;
        llmgw_request *request = chat_request("子", false);
        if (llmgw_call_next(call, &event, -1) != LLMGW_EVENT_ERROR || strcmp(event.error->reason, "llmgw.local.connection_lost") != 0) {
            _exit(1);
        }
        llmgw_call_free(call);
        if (llmgw_perform(client, request, &reply, &error) != 0) {
            _exit(2);
        }
        llmgw_reply_free(reply);
        llmgw_request_free(request);
        if (llmgw_fd(client) != fd) {
            _exit(3);
        }
        llmgw_client_free(client);
        _exit(0);
    }
    struct peer of_child = peer_accept_and_greet(&daemon_, NULL, (struct limits){0});
    read_chat(&of_child, 1);
    peer_end_with_text(&of_child, 1, "x");
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK_INT(status, 0);

    peer_check_quiet(&peer); // no CANCEL
    peer_send_text(&peer, 1, "二");
    CHECK_INT(llmgw_call_next(call, &(llmgw_event){0}, PATIENCE_MS), LLMGW_EVENT_CHUNK);
    peer_end_with_text(&peer, 1, "三");
    expect_reply(call);
    llmgw_call_free(call);
    finish();
    peer_close(&peer);
    peer_close(&of_child);
}

static void closing_gives_calls_up(void) {
    begin();
    start_chat(client, "x", true);
    struct peer peer = peer_accept_and_greet(&daemon_, client, (struct limits){.max_streams = 1});
    read_chat(&peer, 1);
    start_chat(client, "waits for a place", true);
    finish(); // frees the calls too: the sanitizer would tell
    uint8_t byte;
    CHECK_INT(recv(peer.fd, &byte, 1, MSG_DONTWAIT), 0);
    peer_close(&peer);
}

static void check_path(const char *explicit_path, const char *chosen, size_t count) {
    struct socket_paths paths;
    CHECK(socket_paths_find(&paths, explicit_path));
    CHECK_STRING(paths.chosen, chosen);
    CHECK_INT(paths.count, count);
    socket_paths_free(&paths);
}

static void socket_is_found_by_the_rule(void) {
    begin();
    char runtime[96], path[128];
    snprintf(runtime, sizeof runtime, "%s/llmgw", daemon_.directory);
    snprintf(path, sizeof path, "%s/llmgw.sock", runtime);
    char *before = getenv("LLMGW_SOCKET") ? strdup(getenv("LLMGW_SOCKET")) : NULL;
    setenv("LLMGW_SOCKET", "/named", 1);
    setenv("XDG_RUNTIME_DIR", daemon_.directory, 1);
    check_path("/explicit", "/explicit", 1);
    check_path(NULL, "/named", 1);
    setenv("LLMGW_SOCKET", "", 1);
    if (access("/run/llmgw/llmgw.sock", F_OK) != 0) {
        check_path(NULL, path, 2); // none exists: the first
        unsetenv("XDG_RUNTIME_DIR");
        check_path(NULL, "/run/llmgw/llmgw.sock", 1);
        setenv("XDG_RUNTIME_DIR", daemon_.directory, 1);
    }
    CHECK(symlink(".", runtime) == 0); // DIRECTORY/llmgw/llmgw.sock is DIRECTORY/llmgw.sock
    char file[128];
    snprintf(file, sizeof file, "%s/llmgw.sock", daemon_.directory);
    close(open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    check_path(NULL, path, 2);
    unlink(file);
    unlink(runtime);
    before ? setenv("LLMGW_SOCKET", before, 1) : unsetenv("LLMGW_SOCKET");
    free(before);
    finish();
}

static void options_without_meaning_are_refused(void) {
    char name[300] = {0};
    memset(name, 'n', sizeof name - 1);
    llmgw_options options;
    llmgw_options_init(&options);
    options.client_name = name;
    CHECK(llmgw_client_new(&options) == NULL && errno == EINVAL);
    llmgw_options_init(&options);
    options.timeout_ms = -1;
    CHECK(llmgw_client_new(&options) == NULL && errno == EINVAL);
    CHECK_STRING(llmgw_version(), LLMGW_VERSION);
}

void connections_run(void) {
    static const struct test tests[] = {
        {"GOAWAY repeats only what was not processed", goaway_repeats_only_what_was_not_processed},
        {"a call refused while draining is repeated once", refused_while_draining_is_repeated_once},
        {"a call lost in its answer is not repeated", lost_call_is_not_repeated},
        {"a written call without answer is not repeated", written_call_without_answer_is_not_repeated},
        {"an unwritten call is repeated once", unwritten_call_is_repeated_once},
        {"a half written call is repeated", half_written_call_is_repeated},
        {"an idle connection that was closed is replaced", idle_connection_that_was_closed_is_replaced},
        {"a connection that dies under an event strands no call", connection_that_dies_under_an_event_strands_no_call},
        {"a violation ends the connection", violation_ends_the_connection},
        {"a refusal tells the daemon's reason", refusal_tells_the_daemons_reason},
        {"no daemon", no_daemon},
        {"a silent daemon times out", silent_daemon_times_out},
        {"a silent handshake times out", silent_handshake_times_out},
        {"a full backlog is waited for", full_backlog_is_waited_for},
        {"a fork leaves the parent alone", fork_leaves_the_parent_alone},
        {"closing gives calls up", closing_gives_calls_up},
        {"the socket is found by the rule", socket_is_found_by_the_rule},
        {"options without meaning are refused", options_without_meaning_are_refused},
    };
    RUN_ALL(tests);
}
