// Giving memory back that was needed for a while only.
#ifndef CPLATFORM_MEMORY_H
#define CPLATFORM_MEMORY_H

// Unmaps the pages of the program's and its libraries' code and constants; those that are needed come back when they are touched.
//
// Linking forty libraries, OpenSSL's set-up and the Swift runtime's search for conformances run through most of their code once, and it stays
// mapped from then on, though the daemon uses a tenth of it. From any thread.
void cplatform_release_code(void);

// Gives freed heap memory back to the system. From any thread; takes milliseconds after a heavy load.
void cplatform_release_heap(void);

#endif
