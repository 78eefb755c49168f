#include "daemon.h"

#include "test.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void daemon_start(struct daemon *daemon) {
    strcpy(daemon->directory, "/tmp/llmgw-test-XXXXXX");
    CHECK(mkdtemp(daemon->directory) != NULL);
    snprintf(daemon->path, sizeof daemon->path, "%s/套接字.sock", daemon->directory);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, daemon->path);
    daemon->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(daemon->listener >= 0);
    CHECK(bind(daemon->listener, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(listen(daemon->listener, 8) == 0);
}

void daemon_stop(struct daemon *daemon) {
    close(daemon->listener);
    unlink(daemon->path);
    rmdir(daemon->directory);
}

llmgw_client *daemon_client(const struct daemon *daemon) {
    llmgw_options options;
    llmgw_options_init(&options);
    options.socket_path = daemon->path;
    options.client_name = "测试";
    llmgw_client *client = llmgw_client_new(&options);
    CHECK(client != NULL);
    return client;
}

// Waits for a descriptor of the daemon's side; the client goes on meanwhile.
static void wait_for(int fd, llmgw_client *client) {
    for (;;) {
        if (client) {
            llmgw_process(client);
        }
        struct pollfd watched[2] = {{.fd = fd, .events = POLLIN}, {.fd = client ? llmgw_fd(client) : -1, .events = POLLIN}};
        // After llmgw_process, 0 is an event that the test has yet to take.
        int64_t timer = client ? llmgw_timeout_ms(client) : -1;
        int count = poll(watched, 2, timer > 0 && timer < PATIENCE_MS ? (int)timer : PATIENCE_MS);
        CHECK(count >= 0 || errno == EINTR);
        CHECK(count != 0 || timer > 0);
        if (watched[0].revents) {
            return;
        }
    }
}

static void read_some(struct peer *peer) {
    wait_for(peer->fd, peer->client);
    uint8_t bytes[64 << 10];
    ssize_t count = recv(peer->fd, bytes, sizeof bytes, 0);
    CHECK(count > 0);
    CHECK(frame_decoder_feed(&peer->decoder, bytes, (size_t)count));
}

struct peer peer_accept(const struct daemon *daemon, llmgw_client *client) {
    wait_for(daemon->listener, client);
    struct peer peer = {.fd = accept(daemon->listener, NULL, NULL), .decoder = {.max_frame = 1 << 20}, .client = client};
    CHECK(peer.fd >= 0);
    while (peer.decoder.pending.count < 8) {
        read_some(&peer);
    }
    CHECK(memcmp(peer.decoder.pending.data, "LLGW\x01\x00\x00\x00", 8) == 0);
    buffer_drop(&peer.decoder.pending, 8);
    struct frame frame = peer_read(&peer, FRAME_HELLO, 0);
    CHECK(frame.length <= 1024);
    Llmgw__V1__Hello *hello = llmgw__v1__hello__unpack(NULL, frame.length, frame.payload);
    CHECK(hello != NULL);
    CHECK_STRING(hello->client_version, LLMGW_VERSION);
    llmgw__v1__hello__free_unpacked(hello, NULL);
    return peer;
}

void peer_greet(struct peer *peer, struct limits limits) {
    Llmgw__V1__Limits message = LLMGW__V1__LIMITS__INIT;
    message.has_max_frame = limits.max_frame != 0;
    message.max_frame = limits.max_frame;
    message.has_max_message = limits.max_message != 0;
    message.max_message = limits.max_message;
    message.has_max_streams = limits.max_streams != 0;
    message.max_streams = limits.max_streams;
    message.has_initial_credit = limits.initial_credit != 0;
    message.initial_credit = limits.initial_credit;
    Llmgw__V1__HelloOk hello = LLMGW__V1__HELLO_OK__INIT;
    hello.limits = &message;
    peer_send_message(peer, FRAME_HELLO_OK, 0, &hello.base);
}

struct peer peer_accept_and_greet(const struct daemon *daemon, llmgw_client *client, struct limits limits) {
    struct peer peer = peer_accept(daemon, client);
    peer_greet(&peer, limits);
    return peer;
}

struct frame peer_read(struct peer *peer, uint8_t type, uint32_t stream) {
    struct frame frame;
    const char *reason = NULL;
    int got;
    while ((got = frame_decoder_next(&peer->decoder, &frame, &reason)) == 0) {
        read_some(peer);
    }
    CHECK_STRING(reason, NULL);
    CHECK_INT(frame.type, type);
    CHECK_INT(frame.stream, stream);
    return frame;
}

Llmgw__V1__Request *peer_read_request(struct peer *peer, uint32_t stream, uint16_t method) {
    struct frame frame = peer_read(peer, FRAME_REQUEST, stream);
    CHECK_INT(frame.flags, 0);
    CHECK_INT(frame.method, method);
    Llmgw__V1__Request *request = llmgw__v1__request__unpack(NULL, frame.length, frame.payload);
    CHECK(request != NULL);
    return request;
}

Llmgw__V1__ChatRequest *peer_read_chat(struct peer *peer, uint32_t stream) {
    Llmgw__V1__Request *request = peer_read_request(peer, stream, 0x0201);
    Llmgw__V1__ChatRequest *chat = llmgw__v1__chat_request__unpack(NULL, request->body.len, request->body.data);
    CHECK(chat != NULL);
    llmgw__v1__request__free_unpacked(request, NULL);
    return chat;
}

void peer_check_quiet(struct peer *peer) {
    if (peer->client) {
        llmgw_process(peer->client);
    }
    struct frame frame;
    const char *reason = NULL;
    if (frame_decoder_next(&peer->decoder, &frame, &reason) != 0) {
        FAIL("an unexpected frame of type 0x%02x", frame.type);
    }
    uint8_t byte;
    CHECK_INT(recv(peer->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT), -1);
    CHECK_INT(errno, EAGAIN);
}

void peer_close(struct peer *peer) {
    close(peer->fd);
    buffer_free(&peer->decoder.pending);
}

void peer_send(struct peer *peer, uint8_t type, uint32_t stream, const void *payload, size_t length) {
    peer_send_part(peer, type, stream, false, payload, length);
}

void peer_send_part(struct peer *peer, uint8_t type, uint32_t stream, bool more, const void *payload, size_t length) {
    struct buffer out = {0};
    CHECK(frame_append(&out, type, stream, more, 0, payload, length));
    for (size_t sent = 0; sent < out.count;) {
        ssize_t count = send(peer->fd, out.data + sent, out.count - sent, MSG_NOSIGNAL | (peer->client ? MSG_DONTWAIT : 0));
        if (count < 0 && errno == EAGAIN) {
            llmgw_process(peer->client);
            continue;
        }
        CHECK(count > 0);
        sent += (size_t)count;
    }
    buffer_free(&out);
}

void peer_send_message(struct peer *peer, uint8_t type, uint32_t stream, const ProtobufCMessage *message) {
    size_t length = protobuf_c_message_get_packed_size(message);
    uint8_t *payload = malloc(length + 1);
    protobuf_c_message_pack(message, payload);
    peer_send(peer, type, stream, payload, length);
    free(payload);
}

void peer_send_text(struct peer *peer, uint32_t stream, const char *text) {
    Llmgw__V1__ChatChunk chunk = LLMGW__V1__CHAT_CHUNK__INIT;
    chunk.has_text = true;
    chunk.text = (ProtobufCBinaryData){strlen(text), (uint8_t *)text};
    peer_send_message(peer, FRAME_DATA, stream, &chunk.base);
}

void peer_end(struct peer *peer, uint32_t stream, const ProtobufCMessage *reply) {
    size_t length = protobuf_c_message_get_packed_size(reply);
    uint8_t *bytes = malloc(length + 1);
    protobuf_c_message_pack(reply, bytes);
    Llmgw__V1__End end = LLMGW__V1__END__INIT;
    end.has_reply = true;
    end.reply = (ProtobufCBinaryData){length, bytes};
    peer_send_message(peer, FRAME_END, stream, &end.base);
    free(bytes);
}

void peer_end_with_text(struct peer *peer, uint32_t stream, const char *text) {
    Llmgw__V1__ChatChoice choice = LLMGW__V1__CHAT_CHOICE__INIT, *choices[] = {&choice};
    choice.has_text = true;
    choice.text = (ProtobufCBinaryData){strlen(text), (uint8_t *)text};
    choice.has_finish_reason = true;
    choice.finish_reason = LLMGW__V1__FINISH_REASON__FINISH_REASON_STOP;
    Llmgw__V1__ChatReply reply = LLMGW__V1__CHAT_REPLY__INIT;
    reply.n_choices = 1;
    reply.choices = choices;
    peer_end(peer, stream, &reply.base);
}

void peer_end_with_status(struct peer *peer, uint32_t stream, const Llmgw__V1__Status *status) {
    Llmgw__V1__End end = LLMGW__V1__END__INIT;
    end.status = (Llmgw__V1__Status *)status;
    peer_send_message(peer, FRAME_END, stream, &end.base);
}

void peer_go_away(struct peer *peer, uint32_t last_stream) {
    Llmgw__V1__GoAway message = LLMGW__V1__GO_AWAY__INIT;
    message.has_last_stream = true;
    message.last_stream = last_stream;
    peer_send_message(peer, FRAME_GOAWAY, 0, &message.base);
}

llmgw_request *chat_request(const char *text, bool stream) {
    llmgw_request *request = llmgw_chat_new();
    CHECK(request != NULL);
    CHECK_INT(llmgw_add_message(request, LLMGW_USER, text, (size_t)-1), 0);
    CHECK_INT(llmgw_set_stream(request, stream), 0);
    return request;
}

llmgw_call *start_chat(llmgw_client *client, const char *text, bool stream) {
    llmgw_request *request = chat_request(text, stream);
    llmgw_call *call = llmgw_start(client, request, NULL);
    CHECK(call != NULL);
    llmgw_request_free(request);
    return call;
}

llmgw_event next_event(llmgw_client *client, enum llmgw_event_type type) {
    llmgw_event event;
    while (llmgw_next_event(client, &event) == LLMGW_EVENT_NONE) {
        struct pollfd watched = {.fd = llmgw_fd(client), .events = llmgw_want(client)};
        int64_t timer = llmgw_timeout_ms(client);
        int count = poll(&watched, 1, timer >= 0 && timer < PATIENCE_MS ? (int)timer : PATIENCE_MS);
        CHECK(count > 0 || timer >= 0);
        llmgw_process(client);
    }
    if (event.type == LLMGW_EVENT_ERROR && type != LLMGW_EVENT_ERROR) {
        FAIL("%s: %s", event.error->reason, event.error->message);
    }
    CHECK_INT(event.type, type);
    return event;
}

bool has_event(llmgw_client *client) {
    llmgw_process(client);
    return llmgw_timeout_ms(client) == 0;
}
