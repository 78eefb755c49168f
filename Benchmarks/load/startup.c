/* How long from exec to the first connection that the daemon greets (HELLO_OK). Prints one JSON object.
 *
 * Usage: startup RUNS SOCKET COMMAND…
 */
#define _GNU_SOURCE
#include "measure.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* The preface, and a HELLO without members. */
static const unsigned char greeting[] = {'L', 'L', 'G', 'W', 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

/* True once the daemon has greeted. */
static bool is_greeted(const struct sockaddr_un *address) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unsigned char header[16] = {0};
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) != 0) {
        close(fd);
        return false;
    }
    if (write(fd, greeting, sizeof greeting) != (ssize_t)sizeof greeting || recv(fd, header, sizeof header, MSG_WAITALL) != sizeof header ||
        header[4] != 2) {
        measure_fail("the daemon did not greet");
    }
    close(fd);
    return true;
}

static uint64_t start_once(const struct sockaddr_un *address, char **command) {
    const struct timespec pause = {.tv_nsec = 50000};
    pid_t pid;
    uint64_t began = measure_now();
    if ((errno = posix_spawn(&pid, command[0], NULL, NULL, command, environ)) != 0) {
        measure_fail("%s: %s", command[0], strerror(errno));
    }
    while (!is_greeted(address)) {
        nanosleep(&pause, NULL);
        if (waitpid(pid, NULL, WNOHANG) != 0) {
            measure_fail("the daemon ended");
        }
        if (measure_now() - began > 10000000000u) {
            measure_fail("the daemon is not ready after 10 s");
        }
    }
    uint64_t taken = measure_now() - began;
    int status;
    kill(pid, SIGTERM);
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        measure_fail("the daemon did not end well");
    }
    return taken;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fputs("usage: startup RUNS SOCKET COMMAND…\n", stderr);
        return 2;
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[2]);
    struct measure m = {0};
    start_once(&address, argv + 3); /* fills the page cache */
    for (unsigned long left = strtoul(argv[1], NULL, 10); left > 0; left--) {
        measure_sample(&m, start_once(&address, argv + 3));
    }
    printf("{");
    measure_print_percentiles(&m);
    printf("}\n");
    return 0;
}
