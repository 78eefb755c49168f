// What Linux offers only to C, or only through macros that Swift cannot import.
#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <sys/types.h>

// Who is on the other side of a Unix socket, as the kernel recorded it when the connection was made.
struct cplatform_peer {
    uid_t uid;
    gid_t gid;
    pid_t pid;
};

// SO_PEERCRED. `struct ucred` hides behind _GNU_SOURCE, which a Swift import does not define. Returns 0, or errno.
int cplatform_peer_credentials(int fd, struct cplatform_peer *peer);

#endif
