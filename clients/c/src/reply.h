// Replies, and the words that replies and chunks share.
#ifndef LLMGW_REPLY_H
#define LLMGW_REPLY_H

#include "llmgw/llmgw.h"
#include "llmgw/v1/gateway.pb-c.h"

enum { METHOD_CHAT = 0x0201, METHOD_COMPLETE = 0x0202, METHOD_EMBED = 0x0203 };

// NULL, with errno: ENOMEM if memory is short, EBADMSG if it is no such reply.
llmgw_reply *reply_read(uint16_t method, const void *bytes, size_t length);
// NULL: not finished.
const char *finish_reason(protobuf_c_boolean has, Llmgw__V1__FinishReason reason, const char *detail);
void read_tool_call(const Llmgw__V1__ToolCall *from, llmgw_tool_call *to);

#endif
