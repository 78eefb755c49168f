// Frames, as PROTOCOL.md ("Framing") has them.
#ifndef LLMGW_FRAME_H
#define LLMGW_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_type {
    FRAME_HELLO = 0x01, FRAME_HELLO_OK = 0x02, FRAME_ERROR = 0x03,
    FRAME_REQUEST = 0x10, FRAME_HEAD = 0x11, FRAME_DATA = 0x12, FRAME_END = 0x13, FRAME_CANCEL = 0x14, FRAME_CREDIT = 0x15,
    FRAME_PING = 0x20, FRAME_PONG = 0x21, FRAME_GOAWAY = 0x22,
};

enum { FRAME_HEADER_SIZE = 16, FRAME_MORE = 0x01 };

struct frame {
    uint8_t type, flags;
    uint16_t method;
    uint32_t stream;
    const uint8_t *payload;
    size_t length;
};

// Bytes that grow. `data` is NULL while nothing was ever put in.
struct buffer {
    uint8_t *data;
    size_t count, capacity;
};

bool buffer_reserve(struct buffer *buffer, size_t count);
bool buffer_append(struct buffer *buffer, const void *bytes, size_t count);
void buffer_drop(struct buffer *buffer, size_t count);
void buffer_free(struct buffer *buffer);

bool frame_append(struct buffer *out, uint8_t type, uint32_t stream, bool more, uint16_t method, const void *payload, size_t length);

struct frame_decoder {
    struct buffer pending;
    size_t used; // bytes of `pending` that the last frame took
    uint32_t max_frame;
};

// 1: a frame, valid until the next call. 0: more bytes are needed. -1: a violation, named in *reason.
bool frame_decoder_feed(struct frame_decoder *decoder, const void *bytes, size_t count);
int frame_decoder_next(struct frame_decoder *decoder, struct frame *frame, const char **reason);

#endif
