// simdjson for Swift: a document as a tree that C can walk.
#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct csimdjson_document csimdjson_document;

// A place in a document. Lives as long as that.
typedef struct {
    const void *document;
    size_t index;
} csimdjson_value;

enum csimdjson_kind {
    CSIMDJSON_OBJECT,
    CSIMDJSON_ARRAY,
    CSIMDJSON_STRING,
    CSIMDJSON_INTEGER,
    CSIMDJSON_UNSIGNED, // beyond what INTEGER holds
    CSIMDJSON_REAL,
    CSIMDJSON_TRUE,
    CSIMDJSON_FALSE,
    CSIMDJSON_NULL
};

// A document, or NULL where the bytes are not one JSON text in UTF-8, or nested more than 1024 deep. Free it with csimdjson_free.
csimdjson_document *csimdjson_parse(const void *bytes, size_t count, csimdjson_value *root);
void csimdjson_free(csimdjson_document *document);

enum csimdjson_kind csimdjson_kind_of(csimdjson_value value);

// Of a string only. UTF-8, and not ended by a NUL.
const char *csimdjson_string(csimdjson_value value, size_t *count);
// Of a number only, of its own kind.
int64_t csimdjson_integer(csimdjson_value value);
uint64_t csimdjson_unsigned(csimdjson_value value);
double csimdjson_real(csimdjson_value value);

// The last member of that name; false where there is none, or where the value is no object.
bool csimdjson_member(csimdjson_value object, const char *name, size_t count, csimdjson_value *member);

// What is inside an object or an array, in its order.
typedef struct {
    csimdjson_value next;
    csimdjson_value end;
    bool has_names;
} csimdjson_children;

csimdjson_children csimdjson_children_of(csimdjson_value parent);
// False after the last. The name is an object's.
bool csimdjson_next(csimdjson_children *children, csimdjson_value *child, const char **name, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
