// jansson for Swift: its type and reference macros as functions.
#ifndef CJANSSON_SHIM_H
#define CJANSSON_SHIM_H

#include <jansson.h>

static inline int cjansson_type(const json_t *json) { return json_typeof(json); }
static inline void cjansson_release(json_t *json) { json_decref(json); }

#endif
