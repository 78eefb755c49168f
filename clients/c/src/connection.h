// A client's connection without I/O: bytes in, events out, bytes to send. PROTOCOL.md, "The client's view of a stream".
//
// States: opening (until HELLO_OK) -> open -> failed (terminal; `failure` says why). Streams are open, cancelled (a tombstone until END),
// or gone. Using a stream that is gone is a race with its END and has no effect.
#ifndef LLMGW_CONNECTION_H
#define LLMGW_CONNECTION_H

#include "frame.h"

#include <stdbool.h>

enum event_kind { EVENT_HELLO_OK, EVENT_HEAD, EVENT_DATA, EVENT_END, EVENT_GOAWAY };

struct connection_event {
    enum event_kind kind;
    uint32_t stream; // GOAWAY: the last stream that is served
    void *context;   // what connection_open was given for this stream
    const uint8_t *payload;
    size_t length;
};

struct stream;

struct connection {
    struct frame_decoder decoder;
    struct buffer out;
    struct stream *streams;
    size_t open_streams;
    uint32_t next_stream;
    uint32_t max_frame, max_message, max_streams, initial_credit;
    uint32_t credit_threshold; // 0: a quarter of the initial credit
    bool is_open;
    bool is_going_away; // no new stream may be opened
    const char *failure; // NULL: none
    const uint8_t *refusal; // the ConnectionError of a failure "refused"
    size_t refusal_length;
    struct buffer assembled; // the payload of the last event, where it was put together from several frames
};

// False if memory is short, or if name and version do not fit into HELLO.
bool connection_init(struct connection *connection, const char *name, const char *version);
void connection_free(struct connection *connection);

// Begins a call; 0 if memory is short. The caller sees to `max_message` and `max_streams`.
uint32_t connection_open(struct connection *connection, uint16_t method, const void *request, size_t length, void *context);
void connection_cancel(struct connection *connection, uint32_t stream);
// The program consumed this many bytes of DATA.
void connection_taken(struct connection *connection, uint32_t stream, size_t count);

bool connection_feed(struct connection *connection, const void *bytes, size_t count);
// True: an event, valid until the next call. False: more bytes are needed, or `failure` is set.
bool connection_next(struct connection *connection, struct connection_event *event);

#endif
