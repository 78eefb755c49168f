#include "unpack.h"

#include <stdint.h>
#include <stdlib.h>

struct arena_block {
    struct arena_block *next;
    _Alignas(16) uint8_t bytes[];
};

static void *allocate(void *data, size_t size) {
    struct arena *arena = data;
    if (size > arena->left) {
        return NULL;
    }
    struct arena_block *block = malloc(sizeof *block + size);
    if (!block) {
        arena->is_short = true;
        return NULL;
    }
    arena->left -= size;
    block->next = arena->blocks;
    arena->blocks = block;
    return block->bytes;
}

static void release(void *data, void *pointer) {
    (void)data;
    (void)pointer;
}

ProtobufCAllocator *arena_begin(struct arena *arena, size_t message_length) {
    arena->allocator = (ProtobufCAllocator){allocate, release, arena};
    arena->blocks = NULL;
    arena->is_short = false;
    arena->left = ((size_t)1 << 20) + 10 * message_length;
    return &arena->allocator;
}

void arena_end(struct arena *arena) {
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}
