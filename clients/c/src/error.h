// llmgw_error: from a Status of the daemon, or made here.
#ifndef LLMGW_ERROR_H
#define LLMGW_ERROR_H

#include "llmgw/llmgw.h"
#include "llmgw/v1/types.pb-c.h"

enum local_error {
    LOCAL_CONNECT_FAILED, LOCAL_CONNECTION_LOST, LOCAL_PROTOCOL_VIOLATION, LOCAL_TIMEOUT, LOCAL_OUT_OF_MEMORY, LOCAL_MESSAGE_TOO_LARGE,
};

void error_from_status(llmgw_error *error, const Llmgw__V1__Status *status);
void error_local(llmgw_error *error, enum local_error kind, const char *format, ...) __attribute__((format(printf, 3, 4)));
// The daemon never saw the whole request.
void error_set_not_processed(llmgw_error *error);
// Whether the client may repeat the call by itself: nothing was processed, and another connection can help.
bool error_is_repeatable(const llmgw_error *error);

#endif
