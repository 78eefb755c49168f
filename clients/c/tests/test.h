// A runner: tests are functions; the first failed check ends one.
#ifndef LLMGW_TEST_H
#define LLMGW_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// How long a test waits for anything before that counts as a failure.
enum { PATIENCE_MS = 20000 };

void test_run(const char *name, void (*function)(void *), void *context);
_Noreturn void test_fail(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));

#define FAIL(...) test_fail(__FILE__, __LINE__, __VA_ARGS__)
#define CHECK(condition) ((condition) ? (void)0 : FAIL("not so: %s", #condition))
#define CHECK_INT(actual, expected)                                                                                                        \
    do {                                                                                                                                   \
        long long actual_ = (long long)(actual), expected_ = (long long)(expected);                                                        \
        if (actual_ != expected_) {                                                                                                        \
            FAIL("%s is %lld instead of %lld", #actual, actual_, expected_);                                                               \
        }                                                                                                                                  \
    } while (0)
#define CHECK_STRING(actual, expected) test_check_string(__FILE__, __LINE__, #actual, (actual), (expected))
#define CHECK_BYTES(actual, length, expected) test_check_bytes(__FILE__, __LINE__, #actual, (actual), (length), (expected))

void test_check_string(const char *file, int line, const char *what, const char *actual, const char *expected);
// Bytes against a string.
void test_check_bytes(const char *file, int line, const char *what, const void *actual, size_t length, const char *expected);

struct test {
    const char *name;
    void (*function)(void);
};

void test_run_all(const struct test *tests, size_t count);
#define RUN_ALL(tests) test_run_all((tests), sizeof(tests) / sizeof *(tests))

void vectors_run(const char *directory);
void requests_run(void);
void calls_run(void);
void connections_run(void);
void memory_run(void);
void outside_run(const char *script, const char *build);

#endif
