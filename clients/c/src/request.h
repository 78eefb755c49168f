// Requests, and their serialised form.
#ifndef LLMGW_REQUEST_H
#define LLMGW_REQUEST_H

#include "frame.h"
#include "llmgw/llmgw.h"

uint16_t request_method(const llmgw_request *request);
// 0: not set.
int64_t request_timeout_ms(const llmgw_request *request);
// Appends the message `Request`. Without `may_stream` the answer comes in one piece, whatever llmgw_set_stream said. False: no memory.
bool request_pack(const llmgw_request *request, bool may_stream, int64_t timeout_ms, struct buffer *out);
// The same for a method's message that is already serialised.
bool request_pack_raw(const void *body, size_t length, int64_t timeout_ms, struct buffer *out);

#endif
