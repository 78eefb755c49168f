/* The one discipline for every target: closed loops, warm-up, fixed window, exact percentiles.
 *
 * A sample is the time from just before a client's write to the moment its answer is read and understood. Samples whose answer falls into
 * the window count. CPU time of the processes that are watched is read at both edges of the window.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { measure_max_watched = 8 };

struct measure {
    uint64_t warm_up_ns, window_ns;
    pid_t watched[measure_max_watched];
    size_t watched_count;

    enum { measure_warming, measure_counting, measure_over } state;
    uint64_t began, window_began, window_ended;
    uint64_t cpu_began[measure_max_watched + 1], cpu_ended[measure_max_watched + 1];
    uint64_t *samples; /* nanoseconds */
    size_t count, capacity;
};

/* CLOCK_MONOTONIC, nanoseconds. */
uint64_t measure_now(void);

/* Begins the warm-up. */
void measure_begin(struct measure *m, double warm_up, double window);
/* An answer to what was sent at `sent` is there. False once the window is over. */
bool measure_answered(struct measure *m, uint64_t sent);
/* Takes a sample outside closed loops: everything between `measure_open_window` and `measure_close_window` counts. */
void measure_sample(struct measure *m, uint64_t nanoseconds);
void measure_open_window(struct measure *m);
void measure_close_window(struct measure *m);
/* Print the result as members of a JSON object, without braces. They sort the samples. */
void measure_print_percentiles(struct measure *m);
void measure_print(struct measure *m);

/* Says what is wrong and ends: a run with an error in it is no measurement. */
__attribute__((noreturn, format(printf, 1, 2))) void measure_fail(const char *format, ...);

#endif
