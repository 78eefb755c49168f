#define _GNU_SOURCE
#include "CPlatform.h"

#include <stddef.h>
#include <sys/socket.h>

_Static_assert(sizeof(struct cplatform_peer) == sizeof(struct ucred), "cplatform_peer is struct ucred");
_Static_assert(offsetof(struct cplatform_peer, pid) == offsetof(struct ucred, pid), "cplatform_peer is struct ucred");
_Static_assert(offsetof(struct cplatform_peer, uid) == offsetof(struct ucred, uid), "cplatform_peer is struct ucred");
_Static_assert(offsetof(struct cplatform_peer, gid) == offsetof(struct ucred, gid), "cplatform_peer is struct ucred");
