// How requests are kept: as protobuf-c messages in malloc'ed memory, so that protobuf-c packs and frees them.
//
// These functions return 0, or -1 if memory is short or what is to be copied is NULL.
#ifndef LLMGW_REQUEST_BUILD_H
#define LLMGW_REQUEST_BUILD_H

#include "llmgw/llmgw.h"
#include "llmgw/v1/gateway.pb-c.h"
#include "llmgw/v1/wire.pb-c.h"

struct llmgw_request {
    uint16_t method;
    int64_t timeout_ms;
    Llmgw__V1__Request envelope; // what is common to all methods
    Llmgw__V1__ChatRequest *chat; // one of these three
    Llmgw__V1__CompleteRequest *complete;
    Llmgw__V1__EmbedRequest *embed;
};

// An empty message; NULL: no memory.
void *new_message(const ProtobufCMessageDescriptor *descriptor);
int set_string(char **target, const char *text);
int copy_bytes(ProtobufCBinaryData *target, const char *text, size_t length);
int set_bytes(protobuf_c_boolean *has, ProtobufCBinaryData *target, const char *text, size_t length);
int add_bytes(ProtobufCBinaryData **array, size_t *count, const char *text, size_t length);
// Makes room for one more element in an array, which is given by the address of its pointer.
bool grow(void *array, size_t count, size_t size);

// Puts a message at the end of an array, or frees it where something failed.
#define ADD(array, count, element, is_complete, release)                                                                                   \
    do {                                                                                                                                   \
        if (!(element) || !(is_complete) || !grow(&(array), (count), sizeof *(array))) {                                                   \
            release((element), NULL);                                                                                                      \
            return -1;                                                                                                                     \
        }                                                                                                                                  \
        (array)[(count)++] = (element);                                                                                                    \
        return 0;                                                                                                                          \
    } while (0)

#endif
