#define _GNU_SOURCE
#include "CPlatformTerminal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

// A handler can reach nothing but what is global.
static struct termios before;
static volatile sig_atomic_t has_screen;

// The other screen, without cursor; and back.
static const char enter_sequence[] = "\033[?1049h\033[?25l\033[2J";
static const char leave_sequence[] = "\033[0m\033[?25h\033[?1049l";

static const int ends[] = {SIGTERM, SIGHUP, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS};

// Nothing can be done about a terminal that is gone.
static void write_out(const char *bytes, size_t count) {
    ssize_t written = write(STDOUT_FILENO, bytes, count);
    (void)written;
}

void cplatform_screen_leave(void) {
    if (!has_screen) return;
    has_screen = 0;
    int error = errno;
    write_out(leave_sequence, sizeof leave_sequence - 1);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    errno = error;
}

// SA_RESETHAND has put the default back, which ends the process once the handler returns.
static void give_back(int number) {
    cplatform_screen_leave();
    raise(number);
}

int cplatform_screen_enter(void) {
    static int is_prepared;
    if (tcgetattr(STDIN_FILENO, &before) != 0) return -1;
    if (!is_prepared) {
        if (atexit(cplatform_screen_leave) != 0) {
            errno = ENOMEM;
            return -1;
        }
        is_prepared = 1;
    }
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = give_back;
    action.sa_flags = (int)SA_RESETHAND;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct sigaction old;
        if (sigaction(ends[i], NULL, &old) != 0) return -1;
        // nohup, for example.
        if (old.sa_handler == SIG_IGN) continue;
        if (sigaction(ends[i], &action, NULL) != 0) return -1;
    }
    struct termios raw = before;
    cfmakeraw(&raw);
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) != 0) return -1;
    has_screen = 1;
    write_out(enter_sequence, sizeof enter_sequence - 1);
    return 0;
}

// To this thread, and not blocked: so that it has happened when raise returns. In a process group without a shell, the kernel drops it.
void cplatform_stop_self(void) {
    sigset_t stop, masked;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    if (pthread_sigmask(SIG_UNBLOCK, &stop, &masked) != 0) return;
    raise(SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &masked, NULL);
}

int cplatform_screen_size(int fd, uint16_t *rows, uint16_t *columns) {
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0) return -1;
    *rows = size.ws_row;
    *columns = size.ws_col;
    return 0;
}
