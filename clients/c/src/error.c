#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// Copies text, cut where a character begins if it is too long.
static void copy(char *target, size_t size, const void *text, size_t length) {
    const char *bytes = text;
    if (length >= size) {
        length = size - 1;
        while (length > 0 && (bytes[length] & 0xC0) == 0x80) {
            length--;
        }
    }
    if (length > 0) {
        memcpy(target, bytes, length);
    }
    target[length] = '\0';
}

static void copy_string(char *target, size_t size, const char *text) {
    copy(target, size, text, text ? strlen(text) : 0);
}

static void clear(llmgw_error *error) {
    memset(error, 0, sizeof *error);
    error->retry_after_ms = -1;
}

void error_from_status(llmgw_error *error, const Llmgw__V1__Status *status) {
    clear(error);
    error->code = status->code;
    copy_string(error->reason, sizeof error->reason, status->reason);
    copy(error->message, sizeof error->message, status->message.data, status->message.len);
    copy(error->suggestion, sizeof error->suggestion, status->suggestion.data, status->suggestion.len);
    error->retry = (unsigned)status->retry <= LLMGW_RETRY_AMBIGUOUS ? (enum llmgw_retry)status->retry : LLMGW_RETRY_UNSPECIFIED;
    if (status->has_retry_after_ms) {
        error->retry_after_ms = status->retry_after_ms < INT64_MAX ? (int64_t)status->retry_after_ms : INT64_MAX;
    }
    error->origin = (unsigned)status->origin <= LLMGW_ORIGIN_UPSTREAM ? (enum llmgw_origin)status->origin : LLMGW_ORIGIN_UNSPECIFIED;
    error->upstream_http_status = (int)status->upstream_http_status;
    error->attempts = status->attempts;
    error->not_processed = status->not_processed;
    copy_string(error->provider, sizeof error->provider, status->provider);
    copy_string(error->model, sizeof error->model, status->model);
    copy_string(error->request_id, sizeof error->request_id, status->request_id);
}

void error_local(llmgw_error *error, enum local_error kind, const char *format, ...) {
    static const struct {
        const char *reason;
        uint32_t code;
        enum llmgw_retry retry;
        const char *suggestion;
    } kinds[] = {
        [LOCAL_CONNECT_FAILED] = {"llmgw.local.connect_failed", 14, LLMGW_RETRY_SAFE,
                                  "Check that llmgwd is running and that you may use its socket."},
        [LOCAL_CONNECTION_LOST] = {"llmgw.local.connection_lost", 14, LLMGW_RETRY_AMBIGUOUS,
                                   "The daemon went away; the request may have been processed."},
        [LOCAL_PROTOCOL_VIOLATION] = {"llmgw.local.protocol_violation", 13, LLMGW_RETRY_AMBIGUOUS,
                                      "Use a client library that matches the daemon."},
        [LOCAL_TIMEOUT] = {"llmgw.local.timeout", 4, LLMGW_RETRY_AMBIGUOUS, "Allow more time."},
        [LOCAL_OUT_OF_MEMORY] = {"llmgw.local.out_of_memory", 8, LLMGW_RETRY_AMBIGUOUS, "Give the program more memory."},
        [LOCAL_MESSAGE_TOO_LARGE] = {"llmgw.client.message_too_large", 8, LLMGW_RETRY_NEVER, "Send less at once."},
    };
    clear(error);
    char message[4096];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    copy(error->message, sizeof error->message, message, length < 0 ? 0 : strlen(message));
    copy_string(error->reason, sizeof error->reason, kinds[kind].reason);
    copy_string(error->suggestion, sizeof error->suggestion, kinds[kind].suggestion);
    error->code = kinds[kind].code;
    error->retry = kinds[kind].retry;
    error->origin = LLMGW_ORIGIN_CLIENT;
}

void error_set_not_processed(llmgw_error *error) {
    error->not_processed = true;
    if (error->retry == LLMGW_RETRY_AMBIGUOUS) {
        error->retry = LLMGW_RETRY_SAFE;
    }
    if (strcmp(error->reason, "llmgw.local.connection_lost") == 0) {
        copy_string(error->suggestion, sizeof error->suggestion, "The daemon went away; the request was not processed.");
    }
}

bool error_is_repeatable(const llmgw_error *error) {
    return error->not_processed &&
           (strcmp(error->reason, "llmgw.local.connection_lost") == 0 || strcmp(error->reason, "llmgw.gateway.draining") == 0);
}
