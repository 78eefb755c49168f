#define _GNU_SOURCE
#include "CPlatformProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

// What the new process and the one between say: an id, or why it did not work.
struct report {
    int id;
    int error;
};

static void say(int pipe, int id, int error) {
    struct report report = {id, error};
    // The reader takes silence for an error, so there is nobody else to tell.
    while (write(pipe, &report, sizeof report) < 0 && errno == EINTR) {
    }
}

static void write_assignment(char *buffer, const char *name, int value) {
    char digits[12];
    int count = 0;
    for (; value > 0; value /= 10) {
        digits[count++] = (char)('0' + value % 10);
    }
    while (*name != 0) {
        *buffer++ = *name++;
    }
    while (count > 0) {
        *buffer++ = digits[--count];
    }
    *buffer = 0;
}

// Between fork and exec: only calls that are safe in a signal handler, as another thread may have held any lock.
static _Noreturn void become(
    const char *path, char *const *arguments, char **environment, const int *descriptors, int count, int pipe) {
    static char listen_pid[32], watchdog_pid[32];
    write_assignment(listen_pid, "LISTEN_PID=", (int)getpid());
    write_assignment(watchdog_pid, "WATCHDOG_PID=", (int)getpid());
    for (char **variable = environment; *variable != NULL; variable++) {
        if (strncmp(*variable, "LISTEN_PID=", 11) == 0) {
            *variable = listen_pid;
        } else if (strncmp(*variable, "WATCHDOG_PID=", 13) == 0) {
            *variable = watchdog_pid;
        }
    }
    // Descriptors move to where no place is that one of them has to take.
    int base = 3 + count + 1;
    int moved[64];
    int report = fcntl(pipe, F_DUPFD, base);
    for (int index = 0; index < count; index++) {
        moved[index] = fcntl(descriptors[index], F_DUPFD, base);
        if (moved[index] < 0) {
            say(report, 0, errno);
            _exit(127);
        }
    }
    int failed = dup3(report, base - 1, O_CLOEXEC) < 0;
    for (int index = 0; index < count; index++) {
        failed |= dup2(moved[index], 3 + index) < 0;
    }
    closefrom(base);
    // What this process ignores or handles is no affair of the new program.
    for (int number = 1; number < NSIG; number++) {
        signal(number, SIG_DFL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (!failed) {
        execve(path, arguments, environment);
    }
    say(base - 1, 0, errno);
    _exit(127);
}

int cplatform_start_process(
    const char *path, char *const *arguments, char *const *environment, const int *descriptors, int count) {
    int ends[2];
    if (count > 64) {
        errno = E2BIG;
        return -1;
    }
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    pid_t between = fork();
    if (between == 0) {
        // The process between ends at once, so that the new one has the host's first process as its parent: a service manager hears of
        // its end.
        pid_t process = fork();
        if (process == 0) {
            become(path, arguments, (char **)(uintptr_t)environment, descriptors, count, ends[1]);
        }
        say(ends[1], process, process < 0 ? errno : 0);
        _exit(0);
    }
    int reason = errno;
    close(ends[1]);
    int id = between < 0 ? -1 : 0;
    struct report report;
    ssize_t taken;
    // The end comes when the program is loaded, which closes the pipe, or the process has given up.
    while (between > 0 && ((taken = read(ends[0], &report, sizeof report)) > 0 || (taken < 0 && errno == EINTR))) {
        if (taken == (ssize_t)sizeof report && report.error != 0) {
            id = -1;
            reason = report.error;
        } else if (taken == (ssize_t)sizeof report && id == 0) {
            id = report.id;
        }
    }
    close(ends[0]);
    if (between > 0) {
        while (waitpid(between, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    if (id == 0) {
        id = -1;
        reason = ECHILD;
    }
    errno = reason;
    return id;
}

int cplatform_process_descriptor(int process) {
    return pidfd_open(process, 0);
}

int cplatform_process_kill(int descriptor) {
    return pidfd_send_signal(descriptor, SIGKILL, NULL, 0);
}

int cplatform_process_await(int descriptor, int milliseconds) {
    struct pollfd place = {.fd = descriptor, .events = POLLIN};
    int count = poll(&place, 1, milliseconds);
    return count < 0 && errno == EINTR ? 0 : count;
}
