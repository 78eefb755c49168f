// A daemon for tests: the test itself reads and writes its side of each connection, so that the order of things is the test's.
#ifndef LLMGW_TEST_DAEMON_H
#define LLMGW_TEST_DAEMON_H

#include "frame.h"
#include "llmgw/llmgw.h"
#include "llmgw/v1/gateway.pb-c.h"
#include "llmgw/v1/wire.pb-c.h"

struct daemon {
    char directory[64], path[96];
    int listener;
};

struct peer {
    int fd;
    struct frame_decoder decoder;
    llmgw_client *client; // driven while the peer waits; NULL: another thread or process does
};

struct limits {
    uint32_t max_frame, max_message, max_streams, initial_credit; // 0: the default
};

void daemon_start(struct daemon *daemon);
void daemon_stop(struct daemon *daemon);
// Makes LLMGW_SOCKET lead to it, and a client that follows.
llmgw_client *daemon_client(const struct daemon *daemon);

// All of these fail the test when nothing comes.
struct peer peer_accept(const struct daemon *daemon, llmgw_client *client); // the preface and HELLO are read and checked
struct peer peer_accept_and_greet(const struct daemon *daemon, llmgw_client *client, struct limits limits);
void peer_greet(struct peer *peer, struct limits limits);
struct frame peer_read(struct peer *peer, uint8_t type, uint32_t stream);
// Unpacks a REQUEST of one frame. Both are to be freed with free_unpacked.
Llmgw__V1__Request *peer_read_request(struct peer *peer, uint32_t stream, uint16_t method);
Llmgw__V1__ChatRequest *peer_read_chat(struct peer *peer, uint32_t stream);
// Nothing was sent but what was read.
void peer_check_quiet(struct peer *peer);
void peer_close(struct peer *peer);

void peer_send(struct peer *peer, uint8_t type, uint32_t stream, const void *payload, size_t length);
void peer_send_part(struct peer *peer, uint8_t type, uint32_t stream, bool more, const void *payload, size_t length);
void peer_send_message(struct peer *peer, uint8_t type, uint32_t stream, const ProtobufCMessage *message);
void peer_send_text(struct peer *peer, uint32_t stream, const char *text);
void peer_end(struct peer *peer, uint32_t stream, const ProtobufCMessage *reply); // with status OK
void peer_end_with_text(struct peer *peer, uint32_t stream, const char *text);
void peer_end_with_status(struct peer *peer, uint32_t stream, const Llmgw__V1__Status *status);
void peer_go_away(struct peer *peer, uint32_t last_stream);

llmgw_request *chat_request(const char *text, bool stream);
llmgw_call *start_chat(llmgw_client *client, const char *text, bool stream);
// Waits for an event of any call.
llmgw_event next_event(llmgw_client *client, enum llmgw_event_type type);
// Whether there is an event now.
bool has_event(llmgw_client *client);

#endif
