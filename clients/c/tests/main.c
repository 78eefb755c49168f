#include "test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILD_FAILED = 70 };

static int passed, failed;
static pid_t runner;
static const char *current;
static jmp_buf after_failure;

void test_fail(const char *file, int line, const char *format, ...) {
    if (getpid() != runner) {
        _exit(CHILD_FAILED); // for the test to judge
    }
    va_list arguments;
    va_start(arguments, format);
    printf("FAILED %s\n  %s:%d: ", current, file, line);
    vprintf(format, arguments);
    putchar('\n');
    va_end(arguments);
    longjmp(after_failure, 1);
}

void test_run(const char *name, void (*function)(void *), void *context) {
    current = name;
    // SIGALRM ends a run that hangs.
    alarm(4 * PATIENCE_MS / 1000);
    if (setjmp(after_failure) == 0) {
        function(context);
        passed++;
    } else {
        failed++;
    }
    alarm(0);
}

static void call(void *test) {
    ((const struct test *)test)->function();
}

void test_run_all(const struct test *tests, size_t count) {
    for (size_t i = 0; i < count; i++) {
        test_run(tests[i].name, call, (void *)&tests[i]);
    }
}

void test_check_string(const char *file, int line, const char *what, const char *actual, const char *expected) {
    if (!actual || !expected ? actual != expected : strcmp(actual, expected) != 0) {
        test_fail(file, line, "%s is \"%s\" instead of \"%s\"", what, actual ? actual : "(null)", expected ? expected : "(null)");
    }
}

void test_check_bytes(const char *file, int line, const char *what, const void *actual, size_t length, const char *expected) {
    if (length != strlen(expected) || memcmp(actual ? actual : "", expected, length) != 0) {
        test_fail(file, line, "%s is \"%.*s\" instead of \"%s\"", what, (int)length, actual ? (const char *)actual : "", expected);
    }
}

struct outside {
    const char *script, *build, *name;
};

// Runs one check of the script, which prints what is wrong.
static void run_outside(void *context) {
    const struct outside *outside = context;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", outside->script, outside->name, outside->build, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK_INT(status, 0);
}

void outside_run(const char *script, const char *build) {
    static const char *const names[] = {"symbols", "soname", "header-c11", "header-cxx17", "pkg-config", "static", "man-page"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        test_run(names[i], run_outside, &(struct outside){script, build, names[i]});
    }
}

int main(int argc, char **argv) {
    if (argc != 7 || strcmp(argv[1], "--vectors") != 0 || strcmp(argv[3], "--outside") != 0 || strcmp(argv[5], "--build") != 0) {
        fprintf(stderr, "usage: run --vectors DIRECTORY --outside SCRIPT --build DIRECTORY\n");
        return 2;
    }
    runner = getpid();
    setvbuf(stdout, NULL, _IOLBF, 0);
    vectors_run(argv[2]);
    requests_run();
    calls_run();
    connections_run();
    memory_run();
    outside_run(argv[4], argv[6]);
    printf("%d passed, %d failed\n", passed, failed);
    return failed ? 1 : 0;
}
