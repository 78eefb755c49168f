#ifndef BENCH_UNIX_SOCKET_H
#define BENCH_UNIX_SOCKET_H

/* A connection to the socket at `path`; ends the run if there is none. */
int unix_socket_dial(const char *path);

#endif
