#include "connection.h"

#include "llmgw/v1/wire.pb-c.h"
#include "unpack.h"

#include <stdlib.h>
#include <string.h>

enum { FRAME_LIMIT_BEFORE_HELLO = 64 << 10, FRAME_LIMIT = (1 << 24) - 1 };

struct stream {
    struct stream *next;
    uint32_t id;
    void *context;
    int64_t window;
    uint32_t to_grant; // taken, and not yet given back as credit
    size_t early;      // bytes that were given back before they are taken
    uint8_t partial_type;
    bool cancelled;
    struct buffer partial;
};

bool connection_init(struct connection *connection, const char *name, const char *version) {
    memset(connection, 0, sizeof *connection);
    connection->decoder.max_frame = FRAME_LIMIT_BEFORE_HELLO;
    connection->next_stream = 1;
    connection->max_frame = 256 << 10;
    connection->max_message = 32 << 20;
    connection->max_streams = 256;
    connection->initial_credit = 256 << 10;
    Llmgw__V1__Hello hello = LLMGW__V1__HELLO__INIT;
    hello.client_name = (char *)name;
    hello.client_version = (char *)version;
    uint8_t payload[1024];
    if (llmgw__v1__hello__get_packed_size(&hello) > sizeof payload) {
        return false;
    }
    size_t length = llmgw__v1__hello__pack(&hello, payload);
    return buffer_append(&connection->out, "LLGW\x01\x00\x00\x00", 8) &&
           frame_append(&connection->out, FRAME_HELLO, 0, false, 0, payload, length);
}

static void free_stream(struct stream *stream) {
    buffer_free(&stream->partial);
    free(stream);
}

void connection_free(struct connection *connection) {
    while (connection->streams) {
        struct stream *next = connection->streams->next;
        free_stream(connection->streams);
        connection->streams = next;
    }
    buffer_free(&connection->decoder.pending);
    buffer_free(&connection->out);
    buffer_free(&connection->assembled);
}

static struct stream **find(struct connection *connection, uint32_t id) {
    struct stream **place = &connection->streams;
    while (*place && (*place)->id != id) {
        place = &(*place)->next;
    }
    return place;
}

static void forget(struct connection *connection, uint32_t id) {
    struct stream **place = find(connection, id);
    struct stream *stream = *place;
    *place = stream->next;
    free_stream(stream);
    connection->open_streams--;
}

static bool fail(struct connection *connection, const char *reason) {
    connection->failure = reason;
    return false;
}

static void put(struct connection *connection, uint8_t type, uint32_t stream, const void *payload, size_t length) {
    if (!frame_append(&connection->out, type, stream, false, 0, payload, length)) {
        fail(connection, "no_memory");
    }
}

uint32_t connection_open(struct connection *connection, uint16_t method, const void *request, size_t length, void *context) {
    struct stream *stream = calloc(1, sizeof *stream);
    if (!stream) {
        return 0;
    }
    stream->id = connection->next_stream;
    stream->context = context;
    stream->window = connection->initial_credit;
    const uint8_t *bytes = request;
    size_t first = 0;
    do {
        size_t size = length - first < connection->max_frame ? length - first : connection->max_frame;
        bool more = first + size < length;
        if (!frame_append(&connection->out, FRAME_REQUEST, stream->id, more, method, bytes ? bytes + first : NULL, size)) {
            free(stream);
            fail(connection, "no_memory");
            return 0;
        }
        first += size;
    } while (first < length);
    // The numbers end where they would begin again.
    connection->next_stream += 2;
    connection->is_going_away = connection->is_going_away || stream->id == UINT32_MAX;
    stream->next = connection->streams;
    connection->streams = stream;
    connection->open_streams++;
    return stream->id;
}

void connection_cancel(struct connection *connection, uint32_t id) {
    struct stream *stream = *find(connection, id);
    if (stream && !stream->cancelled) {
        stream->cancelled = true;
        stream->partial_type = 0;
        buffer_free(&stream->partial);
        put(connection, FRAME_CANCEL, id, NULL, 0);
    }
}

static void grant(struct connection *connection, struct stream *stream, uint32_t count) {
    uint8_t amount[4] = {(uint8_t)(count >> 24), (uint8_t)(count >> 16), (uint8_t)(count >> 8), (uint8_t)count};
    put(connection, FRAME_CREDIT, stream->id, amount, sizeof amount);
    stream->window += count;
}

// A message larger than the window would wait for its own end, so its beginning is given back early: never more than one message's worth,
// so that a program that takes nothing has the initial credit and one message to keep.
static void unblock(struct connection *connection, struct stream *stream) {
    if (stream->partial_type == FRAME_DATA && stream->partial.count > stream->early &&
        stream->window <= connection->initial_credit / 4) {
        grant(connection, stream, (uint32_t)(stream->partial.count - stream->early));
        stream->early = stream->partial.count;
    }
}

void connection_taken(struct connection *connection, uint32_t id, size_t count) {
    struct stream *stream = *find(connection, id);
    if (!stream || count == 0) {
        return;
    }
    size_t early = count < stream->early ? count : stream->early;
    stream->early -= early;
    stream->to_grant += (uint32_t)(count - early);
    uint32_t threshold = connection->credit_threshold ? connection->credit_threshold : connection->initial_credit / 4;
    if (stream->to_grant > 0 && stream->to_grant >= threshold) {
        grant(connection, stream, stream->to_grant);
        stream->to_grant = 0;
    }
    unblock(connection, stream);
}

bool connection_feed(struct connection *connection, const void *bytes, size_t count) {
    return frame_decoder_feed(&connection->decoder, bytes, count);
}

static bool opened(struct connection *connection, const struct frame *frame) {
    if (frame->type != FRAME_HELLO_OK || frame->stream != 0) {
        return fail(connection, "unexpected_frame");
    }
    struct arena arena;
    Llmgw__V1__HelloOk *hello = llmgw__v1__hello_ok__unpack(arena_begin(&arena, frame->length), frame->length, frame->payload);
    if (hello && hello->limits) {
        const Llmgw__V1__Limits *limits = hello->limits;
        connection->max_frame = limits->max_frame ? limits->max_frame : connection->max_frame;
        connection->max_frame = connection->max_frame < FRAME_LIMIT ? connection->max_frame : FRAME_LIMIT;
        connection->max_message = limits->max_message ? limits->max_message : connection->max_message;
        connection->max_streams = limits->max_streams ? limits->max_streams : connection->max_streams;
        connection->initial_credit = limits->has_initial_credit ? limits->initial_credit : connection->initial_credit;
    }
    arena_end(&arena);
    connection->decoder.max_frame = connection->max_frame;
    connection->is_open = hello != NULL;
    return hello ? true : fail(connection, "malformed_message");
}

// -1: failed; 0: nothing for the program; 1: an event.
static int stream_frame(struct connection *connection, const struct frame *frame, struct connection_event *event) {
    struct stream *stream = *find(connection, frame->stream);
    bool more = frame->flags & FRAME_MORE;
    if (!stream) {
        fail(connection, "wrong_stream");
        return -1;
    }
    if (frame->type == FRAME_DATA) {
        stream->window -= (int64_t)frame->length;
        if (stream->window < 0) {
            fail(connection, "credit_overflow");
            return -1;
        }
    }
    if (stream->cancelled) {
        if (frame->type == FRAME_DATA) {
            connection_taken(connection, frame->stream, frame->length);
        } else if (frame->type == FRAME_END && !more) {
            forget(connection, frame->stream);
        }
        return 0;
    }
    if (stream->partial_type != 0 && stream->partial_type != frame->type) {
        // END alone may interrupt a message, and only DATA.
        if (frame->type != FRAME_END || stream->partial_type != FRAME_DATA) {
            fail(connection, "unexpected_frame");
            return -1;
        }
        stream->partial.count = 0;
        stream->partial_type = 0;
    }
    *event = (struct connection_event){frame->type == FRAME_HEAD   ? EVENT_HEAD
                                       : frame->type == FRAME_DATA ? EVENT_DATA
                                                                   : EVENT_END,
                                       frame->stream, stream->context, frame->payload, frame->length};
    if (frame->type != FRAME_HEAD && (more || stream->partial_type != 0)) {
        if (stream->partial.count + frame->length > connection->max_message) {
            fail(connection, "frame_too_large");
            return -1;
        }
        if (!buffer_append(&stream->partial, frame->payload, frame->length)) {
            fail(connection, "no_memory");
            return -1;
        }
        stream->partial_type = frame->type;
        if (more) {
            unblock(connection, stream);
            return 0;
        }
        buffer_free(&connection->assembled);
        connection->assembled = stream->partial;
        memset(&stream->partial, 0, sizeof stream->partial);
        stream->partial_type = 0;
        event->payload = connection->assembled.data;
        event->length = connection->assembled.count;
    }
    if (frame->type == FRAME_END) {
        forget(connection, frame->stream);
    }
    return 1;
}

// As stream_frame, for the frames of the connection itself.
static int connection_frame(struct connection *connection, const struct frame *frame, struct connection_event *event) {
    if (frame->stream != 0) {
        fail(connection, "wrong_stream");
        return -1;
    }
    if (frame->type == FRAME_HELLO_OK) {
        fail(connection, "unexpected_frame");
        return -1;
    }
    if (frame->type == FRAME_GOAWAY) {
        struct arena arena;
        Llmgw__V1__GoAway *message = llmgw__v1__go_away__unpack(arena_begin(&arena, frame->length), frame->length, frame->payload);
        uint32_t last = message ? message->last_stream : 0;
        arena_end(&arena);
        if (!message) {
            fail(connection, "malformed_message");
            return -1;
        }
        connection->is_going_away = true;
        *event = (struct connection_event){EVENT_GOAWAY, last, NULL, NULL, 0};
        return 1;
    }
    if (frame->length != 8) {
        fail(connection, "wrong_size");
        return -1;
    }
    if (frame->type == FRAME_PING) {
        put(connection, FRAME_PONG, 0, frame->payload, frame->length);
    }
    return 0;
}

bool connection_next(struct connection *connection, struct connection_event *event) {
    struct frame frame;
    while (!connection->failure) {
        const char *reason = NULL;
        int got = frame_decoder_next(&connection->decoder, &frame, &reason);
        if (got <= 0) {
            return got < 0 ? fail(connection, reason) : false;
        }
        switch (frame.type) {
        case FRAME_HELLO: case FRAME_REQUEST: case FRAME_CANCEL: case FRAME_CREDIT:
            return fail(connection, "wrong_side");
        case FRAME_ERROR:
            connection->refusal = frame.payload;
            connection->refusal_length = frame.length;
            return fail(connection, "refused");
        }
        if (!connection->is_open) {
            *event = (struct connection_event){EVENT_HELLO_OK, 0, NULL, NULL, 0};
            return opened(connection, &frame);
        }
        bool of_stream = frame.type == FRAME_HEAD || frame.type == FRAME_DATA || frame.type == FRAME_END;
        int result = of_stream ? stream_frame(connection, &frame, event) : connection_frame(connection, &frame, event);
        if (result != 0) {
            return result > 0;
        }
    }
    return false;
}
