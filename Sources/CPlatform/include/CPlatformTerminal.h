// The terminal as a screen: raw input, and a way back from everywhere.
#ifndef CPLATFORM_TERMINAL_H
#define CPLATFORM_TERMINAL_H

#include <stdint.h>

// Takes the terminal that input and output of this process are: keys come at once and unseen, and the screen is an empty one of its own. Until
// `cplatform_screen_leave`, the terminal is given back before the process ends by exit() or by a signal that is not ignored, a crash
// included. 0, or -1 with errno. From one thread.
int cplatform_screen_enter(void);

// Gives the terminal back as it was. Harmless without a screen; safe in a signal handler.
void cplatform_screen_leave(void);

// Stops the process as Ctrl-Z does, and returns when it goes on. Not while it has a screen.
void cplatform_stop_self(void);

// Rows and columns of the terminal that this descriptor is. 0, or -1 with errno.
int cplatform_screen_size(int fd, uint16_t *rows, uint16_t *columns);

#endif
