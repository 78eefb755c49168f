#include "frame.h"

#include <stdlib.h>
#include <string.h>

bool buffer_reserve(struct buffer *buffer, size_t count) {
    if (buffer->data && buffer->capacity - buffer->count >= count) {
        return true;
    }
    size_t capacity = buffer->capacity ? buffer->capacity : 256;
    while (capacity - buffer->count < count) {
        if (capacity > SIZE_MAX / 2) {
            return false;
        }
        capacity *= 2;
    }
    uint8_t *data = realloc(buffer->data, capacity);
    if (!data) {
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

bool buffer_append(struct buffer *buffer, const void *bytes, size_t count) {
    if (count == 0) {
        return true;
    }
    if (!buffer_reserve(buffer, count)) {
        return false;
    }
    memcpy(buffer->data + buffer->count, bytes, count);
    buffer->count += count;
    return true;
}

void buffer_drop(struct buffer *buffer, size_t count) {
    if (count == 0) {
        return;
    }
    memmove(buffer->data, buffer->data + count, buffer->count - count);
    buffer->count -= count;
}

void buffer_free(struct buffer *buffer) {
    free(buffer->data);
    memset(buffer, 0, sizeof *buffer);
}

static void put32(uint8_t *bytes, uint32_t value) {
    bytes[0] = (uint8_t)(value >> 24);
    bytes[1] = (uint8_t)(value >> 16);
    bytes[2] = (uint8_t)(value >> 8);
    bytes[3] = (uint8_t)value;
}

static uint32_t get32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

bool frame_append(struct buffer *out, uint8_t type, uint32_t stream, bool more, uint16_t method, const void *payload, size_t length) {
    uint8_t header[FRAME_HEADER_SIZE] = {0};
    put32(header, (uint32_t)length);
    header[4] = type;
    header[5] = more ? FRAME_MORE : 0;
    header[6] = (uint8_t)(method >> 8);
    header[7] = (uint8_t)method;
    put32(header + 8, stream);
    return buffer_append(out, header, sizeof header) && buffer_append(out, payload, length);
}

bool frame_decoder_feed(struct frame_decoder *decoder, const void *bytes, size_t count) {
    return buffer_append(&decoder->pending, bytes, count);
}

static bool is_known(uint8_t type) {
    return (type >= FRAME_HELLO && type <= FRAME_ERROR) || (type >= FRAME_REQUEST && type <= FRAME_CREDIT) ||
           (type >= FRAME_PING && type <= FRAME_GOAWAY);
}

int frame_decoder_next(struct frame_decoder *decoder, struct frame *frame, const char **reason) {
    struct buffer *pending = &decoder->pending;
    for (;;) {
        if (pending->count - decoder->used < FRAME_HEADER_SIZE) {
            break;
        }
        const uint8_t *header = pending->data + decoder->used;
        uint32_t length = get32(header);
        uint8_t type = header[4];
        bool ancillary = type >= 0x80;
        // A frame is judged by its header, in the order that PROTOCOL.md gives.
        if (length > decoder->max_frame) {
            *reason = "frame_too_large";
            return -1;
        }
        if (get32(header + 12) != 0) {
            *reason = "reserved_not_zero";
            return -1;
        }
        if (!ancillary && !is_known(type)) {
            *reason = "unknown_frame_type";
            return -1;
        }
        uint16_t method = (uint16_t)(header[6] << 8 | header[7]);
        if (!ancillary && method != 0 && type != FRAME_REQUEST) {
            *reason = "method_not_zero";
            return -1;
        }
        if (pending->count - decoder->used < FRAME_HEADER_SIZE + (size_t)length) {
            break;
        }
        decoder->used += FRAME_HEADER_SIZE + (size_t)length;
        if (!ancillary) {
            *frame = (struct frame){type, header[5], method, get32(header + 8), header + FRAME_HEADER_SIZE, length};
            return 1;
        }
    }
    buffer_drop(pending, decoder->used);
    decoder->used = 0;
    return 0;
}
