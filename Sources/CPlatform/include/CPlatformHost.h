// What a service needs of its host: the groups of a peer, and passing large log entries on to the journal.
#ifndef CPLATFORM_HOST_H
#define CPLATFORM_HOST_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// The supplementary groups that the peer of a Unix socket had when it connected (SO_PEERGROUPS). How many, or -1 with errno: ERANGE if there
// are more than `capacity`.
int cplatform_peer_groups(int socket, gid_t *groups, int capacity);

// A descriptor of nameless memory that holds these bytes and cannot change any more, or -1 with errno.
int cplatform_sealed_memory(const char *name, const void *bytes, size_t count);

// Sends a datagram that consists of a descriptor only to this `struct sockaddr`, which is not named here: a Swift import would take the
// declarations of <sys/socket.h> for this module's. 0, or -1 with errno.
int cplatform_send_descriptor(int socket, const void *address, size_t length, int descriptor);

// Whether the kernel's clock is kept right by a time service (adjtimex): 1 or 0, or -1 with errno.
int cplatform_clock_is_synchronised(void);

#endif
