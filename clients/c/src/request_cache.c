// How urgent a request is, and what it wants of the shared cache.
#include "request_build.h"

#include <stdlib.h>

int llmgw_set_priority(llmgw_request *request, enum llmgw_priority priority) {
    if (priority < LLMGW_INTERACTIVE || priority > LLMGW_BATCH) {
        return -1;
    }
    request->envelope.has_priority = true;
    request->envelope.priority = (Llmgw__V1__Priority)priority;
    return 0;
}

// NULL: memory is short.
static Llmgw__V1__CacheControl *control(llmgw_request *request) {
    if (!request->envelope.cache) {
        request->envelope.cache = new_message(&llmgw__v1__cache_control__descriptor);
    }
    return request->envelope.cache;
}

int llmgw_set_cache_mode(llmgw_request *request, enum llmgw_cache_mode mode) {
    if (mode < LLMGW_CACHE_OFF || mode > LLMGW_CACHE_WRITE_ONLY || !control(request)) {
        return -1;
    }
    request->envelope.cache->has_mode = true;
    request->envelope.cache->mode = (Llmgw__V1__CacheMode)mode;
    return 0;
}

#define CACHE_SETTER(name, field, type, condition)                                                                                         \
    int llmgw_set_##name(llmgw_request *request, type value) {                                                                             \
        if (!(condition) || !control(request)) {                                                                                           \
            return -1;                                                                                                                     \
        }                                                                                                                                  \
        request->envelope.cache->has_##field = true;                                                                                       \
        request->envelope.cache->field = value;                                                                                            \
        return 0;                                                                                                                          \
    }

CACHE_SETTER(cache_max_age_ms, max_age_ms, int64_t, value >= 0)
CACHE_SETTER(cache_ttl_ms, ttl_ms, int64_t, value > 0)
CACHE_SETTER(cache_stale_if_error_ms, stale_if_error_ms, int64_t, value >= 0)
CACHE_SETTER(cache_no_store, no_store, bool, true)
CACHE_SETTER(cache_only, only_if_cached, bool, true)
CACHE_SETTER(cache_semantic, semantic, bool, true)

int llmgw_add_cache_tag(llmgw_request *request, const char *tag) {
    Llmgw__V1__CacheControl *target = control(request);
    char *copy = NULL;
    if (!target || set_string(&copy, tag) != 0) {
        return -1;
    }
    if (!grow(&target->tags, target->n_tags, sizeof *target->tags)) {
        free(copy);
        return -1;
    }
    target->tags[target->n_tags++] = copy;
    return 0;
}
