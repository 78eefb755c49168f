#include "request_build.h"

#include <stdlib.h>
#include <string.h>

void *new_message(const ProtobufCMessageDescriptor *descriptor) {
    void *message = malloc(descriptor->sizeof_message);
    if (message) {
        protobuf_c_message_init(descriptor, message);
    }
    return message;
}

int set_string(char **target, const char *text) {
    char *copy = text ? strdup(text) : NULL;
    if (!copy) {
        return -1;
    }
    free(*target);
    *target = copy;
    return 0;
}

int copy_bytes(ProtobufCBinaryData *target, const char *text, size_t length) {
    if (!text) {
        return -1;
    }
    length = length == (size_t)-1 ? strlen(text) : length;
    uint8_t *copy = malloc(length ? length : 1);
    if (!copy) {
        return -1;
    }
    memcpy(copy, text, length);
    *target = (ProtobufCBinaryData){length, copy};
    return 0;
}

int set_bytes(protobuf_c_boolean *has, ProtobufCBinaryData *target, const char *text, size_t length) {
    ProtobufCBinaryData copy;
    if (copy_bytes(&copy, text, length) != 0) {
        return -1;
    }
    free(*has ? target->data : NULL);
    *has = true;
    *target = copy;
    return 0;
}

// Arrays grow when their count is a power of two.
bool grow(void *array, size_t count, size_t size) {
    if ((count & (count - 1)) != 0) {
        return true;
    }
    void *old;
    memcpy(&old, array, sizeof old);
    void *grown = realloc(old, size * (count ? 2 * count : 1));
    if (!grown) {
        return false;
    }
    memcpy(array, &grown, sizeof grown);
    return true;
}

int add_bytes(ProtobufCBinaryData **array, size_t *count, const char *text, size_t length) {
    if (!grow(array, *count, sizeof **array) || copy_bytes(*array + *count, text, length) != 0) {
        return -1;
    }
    ++*count;
    return 0;
}
