// What Linux offers only to C, or only through macros that Swift cannot import.
#ifndef CPLATFORM_H
#define CPLATFORM_H

#include "CPlatformHost.h"
#include "CPlatformMemory.h"
#include "CPlatformPoll.h"
#include "CPlatformProcess.h"
#include "CPlatformTerminal.h"

#include <stdint.h>
#include <sys/types.h>

// Who is on the other side of a Unix socket, as the kernel recorded it when the connection was made: `struct ucred`, which hides
// behind _GNU_SOURCE, where a Swift import does not see it.
struct cplatform_peer {
    pid_t pid;
    uid_t uid;
    gid_t gid;
};

// How many cells of a terminal a character takes, in the locale that the program set: wcwidth, which hides behind _XOPEN_SOURCE. -1: none
// that can be printed.
int cplatform_cell_width(uint32_t scalar);

#endif
