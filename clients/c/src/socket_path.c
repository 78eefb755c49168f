#include "socket_path.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool add(struct socket_paths *paths, const char *directory, const char *name) {
    size_t size = strlen(directory) + strlen(name) + 1;
    char *path = malloc(size);
    if (!path) {
        return false;
    }
    strcpy(path, directory);
    strcat(path, name);
    paths->candidates[paths->count++] = path;
    return true;
}

bool socket_paths_find(struct socket_paths *paths, const char *explicit_path) {
    memset(paths, 0, sizeof *paths);
    const char *named = explicit_path ? explicit_path : getenv("LLMGW_SOCKET");
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    bool found;
    if (named && *named) {
        found = add(paths, named, "");
    } else {
        found = (!runtime || !*runtime || add(paths, runtime, "/llmgw/llmgw.sock")) && add(paths, "/run", "/llmgw/llmgw.sock");
    }
    if (!found) {
        socket_paths_free(paths);
        return false;
    }
    paths->chosen = paths->candidates[0];
    for (size_t i = 0; i < paths->count; i++) {
        if (access(paths->candidates[i], F_OK) == 0) {
            paths->chosen = paths->candidates[i];
            break;
        }
    }
    return true;
}

void socket_paths_free(struct socket_paths *paths) {
    for (size_t i = 0; i < paths->count; i++) {
        free(paths->candidates[i]);
    }
    memset(paths, 0, sizeof *paths);
}
