// Memory for one unpacked message: bounded, and freed all at once. protobuf-c turns two bytes of a hostile message into a large struct.
#ifndef LLMGW_UNPACK_H
#define LLMGW_UNPACK_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
    ProtobufCAllocator allocator;
    struct arena_block *blocks;
    size_t left;
    bool is_short; // unpacking failed because there was no memory
};

// An allocator for a message of this many bytes.
ProtobufCAllocator *arena_begin(struct arena *arena, size_t message_length);
void arena_end(struct arena *arena);

#endif
