// toml++ for Swift: a document as a tree that C can walk, with the line of every value.
#ifndef CTOML_H
#define CTOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ctoml_document ctoml_document;
typedef const struct ctoml_node_tag *ctoml_node;

enum ctoml_kind { CTOML_TABLE, CTOML_ARRAY, CTOML_STRING, CTOML_INTEGER, CTOML_FLOAT, CTOML_BOOLEAN, CTOML_DATE_OR_TIME };

struct ctoml_error {
    uint32_t line;
    char message[256];
};

// A document, or NULL with `error` filled. Free it with ctoml_free.
ctoml_document *ctoml_parse(const char *text, size_t length, struct ctoml_error *error);
void ctoml_free(ctoml_document *document);

// Nodes live as long as their document.
ctoml_node ctoml_root(const ctoml_document *document);
enum ctoml_kind ctoml_node_kind(ctoml_node node);
uint32_t ctoml_node_line(ctoml_node node);

// Members of a table, or elements of an array; keys are for tables only.
size_t ctoml_count(ctoml_node node);
ctoml_node ctoml_child(ctoml_node node, size_t index);
const char *ctoml_key(ctoml_node node, size_t index, size_t *length);
uint32_t ctoml_key_line(ctoml_node node, size_t index);

const char *ctoml_string(ctoml_node node, size_t *length);
int64_t ctoml_integer(ctoml_node node);
double ctoml_float(ctoml_node node);
bool ctoml_boolean(ctoml_node node);

#ifdef __cplusplus
}
#endif

#endif
