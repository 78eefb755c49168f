// Where the daemon is. PROTOCOL.md, "Finding the daemon".
#ifndef LLMGW_SOCKET_PATH_H
#define LLMGW_SOCKET_PATH_H

#include <stdbool.h>
#include <stddef.h>

struct socket_paths {
    char *candidates[2];
    size_t count;
    const char *chosen; // the first that exists, or the first
};

// False if memory is short. `explicit_path` may be NULL.
bool socket_paths_find(struct socket_paths *paths, const char *explicit_path);
void socket_paths_free(struct socket_paths *paths);

#endif
