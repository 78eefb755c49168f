// Starting a program that outlives this one.
#ifndef CPLATFORM_PROCESS_H
#define CPLATFORM_PROCESS_H

#include <stdint.h>

// Starts the program at `path` as a process that is no child of this one, with these descriptors as 3 and up and no other above standard
// error. The values of LISTEN_PID and WATCHDOG_PID in `environment`, where it has them, become the new process's id: only there it is known.
// The process's id once the program is loaded, or -1 with errno; may take some milliseconds.
int cplatform_start_process(
    const char *path, char *const *arguments, char *const *environment, const int *descriptors, int count);

// A descriptor that stands for a process, whatever becomes of its id, and cannot be read before that process has ended. -1 with errno.
int cplatform_process_descriptor(int process);

// Ends the process. 0, or -1 with errno.
int cplatform_process_kill(int descriptor);

// Whether the process ends within this time: 1 or 0, or -1 with errno.
int cplatform_process_await(int descriptor, int milliseconds);

#endif
