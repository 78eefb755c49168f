#define _GNU_SOURCE
#include "measure.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t read_clock(clockid_t clock) {
    struct timespec t;
    if (clock_gettime(clock, &t) != 0) {
        measure_fail("a process that is measured has ended");
    }
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t measure_now(void) { return read_clock(CLOCK_MONOTONIC); }

/* CPU time of the watched processes, all their threads, and last that of this one. */
static void read_cpu(const struct measure *m, uint64_t *cpu) {
    for (size_t i = 0; i < m->watched_count; i++) {
        clockid_t clock;
        if (clock_getcpuclockid(m->watched[i], &clock) != 0) {
            measure_fail("there is no process %d to measure", (int)m->watched[i]);
        }
        cpu[i] = read_clock(clock);
    }
    cpu[m->watched_count] = read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

void measure_begin(struct measure *m, double warm_up, double window) {
    m->warm_up_ns = (uint64_t)(warm_up * 1e9);
    m->window_ns = (uint64_t)(window * 1e9);
    m->state = measure_warming;
    m->began = measure_now();
}

void measure_open_window(struct measure *m) {
    m->state = measure_counting;
    read_cpu(m, m->cpu_began);
    m->window_began = measure_now();
}

void measure_close_window(struct measure *m) {
    m->state = measure_over;
    m->window_ended = measure_now();
    read_cpu(m, m->cpu_ended);
}

void measure_sample(struct measure *m, uint64_t nanoseconds) {
    if (m->count == m->capacity) {
        m->capacity = m->capacity ? m->capacity * 2 : 1 << 16;
        m->samples = realloc(m->samples, m->capacity * sizeof *m->samples);
        if (!m->samples) {
            measure_fail("out of memory");
        }
    }
    m->samples[m->count++] = nanoseconds;
}

bool measure_answered(struct measure *m, uint64_t sent) {
    uint64_t now = measure_now();
    if (m->state == measure_warming) {
        if (now - m->began >= m->warm_up_ns) {
            measure_open_window(m);
        }
        return true;
    }
    if (m->state == measure_over) {
        return false;
    }
    if (now - m->window_began >= m->window_ns) {
        measure_close_window(m);
        return false;
    }
    measure_sample(m, now - sent);
    return true;
}

static int by_value(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The smallest sample that at least `fraction` of all do not exceed. */
static double percentile_us(const struct measure *m, double fraction) {
    size_t rank = (size_t)(fraction * (double)m->count + 0.999999);
    return (double)m->samples[rank == 0 ? 0 : rank - 1] / 1000.0;
}

void measure_print_percentiles(struct measure *m) {
    if (m->count == 0) {
        measure_fail("there is nothing to tell: no answer came within the window");
    }
    qsort(m->samples, m->count, sizeof *m->samples, by_value);
    printf("\"samples\": %zu, \"p50_us\": %.2f, \"p99_us\": %.2f, \"max_us\": %.2f", m->count, percentile_us(m, 0.5),
           percentile_us(m, 0.99), percentile_us(m, 1.0));
}

static double cpu_us_per_sample(const struct measure *m, size_t process) {
    return (double)(m->cpu_ended[process] - m->cpu_began[process]) / 1000.0 / (double)m->count;
}

void measure_print(struct measure *m) {
    measure_print_percentiles(m);
    double seconds = (double)(m->window_ended - m->window_began) / 1e9;
    printf(", \"seconds\": %.6f, \"per_second\": %.1f, \"cpu_us_per_sample\": [", seconds, (double)m->count / seconds);
    for (size_t i = 0; i < m->watched_count; i++) {
        printf("%s%.2f", i ? ", " : "", cpu_us_per_sample(m, i));
    }
    printf("], \"client_cpu_us_per_sample\": %.2f", cpu_us_per_sample(m, m->watched_count));
}

void measure_fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}
