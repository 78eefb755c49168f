// What only chats have: messages, tools, the form of the answer.
#include "request_build.h"

#include <stdlib.h>
#include <string.h>

// Messages

int llmgw_add_message(llmgw_request *request, enum llmgw_role role, const char *text, size_t length) {
    if (!request->chat || role < LLMGW_SYSTEM || role > LLMGW_FUNCTION) {
        return -1;
    }
    Llmgw__V1__Message *message = new_message(&llmgw__v1__message__descriptor);
    if (message) {
        message->has_role = true;
        message->role = (Llmgw__V1__Role)role;
    }
    ADD(request->chat->messages, request->chat->n_messages, message,
        !text || set_bytes(&message->has_text, &message->text, text, length) == 0, llmgw__v1__message__free_unpacked);
}

// NULL: there is none.
static Llmgw__V1__Message *last_message(llmgw_request *request) {
    return request->chat && request->chat->n_messages ? request->chat->messages[request->chat->n_messages - 1] : NULL;
}

int llmgw_message_set_name(llmgw_request *request, const char *name) {
    Llmgw__V1__Message *message = last_message(request);
    return message ? set_string(&message->name, name) : -1;
}

int llmgw_message_set_tool_call_id(llmgw_request *request, const char *id) {
    Llmgw__V1__Message *message = last_message(request);
    return message ? set_string(&message->tool_call_id, id) : -1;
}

int llmgw_message_add_tool_call(llmgw_request *request, const char *id, const char *name, const char *arguments, size_t length) {
    Llmgw__V1__Message *message = last_message(request);
    if (!message) {
        return -1;
    }
    Llmgw__V1__ToolCall *call = new_message(&llmgw__v1__tool_call__descriptor);
    if (call) {
        call->has_index = true;
        call->index = (uint32_t)message->n_tool_calls;
    }
    ADD(message->tool_calls, message->n_tool_calls, call,
        set_string(&call->id, id) == 0 && set_string(&call->name, name) == 0 &&
            set_bytes(&call->has_arguments, &call->arguments, arguments, length) == 0,
        llmgw__v1__tool_call__free_unpacked);
}

int llmgw_message_set_extra(llmgw_request *request, const char *json, size_t length) {
    Llmgw__V1__Message *message = last_message(request);
    return message ? set_bytes(&message->has_extra, &message->extra, json, length) : -1;
}

static int add_part(llmgw_request *request, Llmgw__V1__ContentPart *part, bool is_complete) {
    Llmgw__V1__Message *message = last_message(request);
    if (!message || message->has_text) {
        llmgw__v1__content_part__free_unpacked(part, NULL);
        return -1;
    }
    ADD(message->parts, message->n_parts, part, is_complete, llmgw__v1__content_part__free_unpacked);
}

static int add_bytes_part(llmgw_request *request, Llmgw__V1__ContentPart__KindCase kind, const char *text, size_t length) {
    Llmgw__V1__ContentPart *part = new_message(&llmgw__v1__content_part__descriptor);
    // `text` and `json` share their place.
    bool copied = part && copy_bytes(&part->text, text, length) == 0;
    if (copied) {
        part->kind_case = kind;
    }
    return add_part(request, part, copied);
}

int llmgw_message_add_text(llmgw_request *request, const char *text, size_t length) {
    return add_bytes_part(request, LLMGW__V1__CONTENT_PART__KIND_TEXT, text, length);
}

int llmgw_message_add_json(llmgw_request *request, const char *json, size_t length) {
    return add_bytes_part(request, LLMGW__V1__CONTENT_PART__KIND_JSON, json, length);
}

int llmgw_message_add_image(llmgw_request *request, const char *url, size_t length, const char *detail) {
    Llmgw__V1__ContentPart *part = new_message(&llmgw__v1__content_part__descriptor);
    Llmgw__V1__ImagePart *image = new_message(&llmgw__v1__image_part__descriptor);
    if (!part || !image) {
        free(part);
        free(image);
        return -1;
    }
    part->kind_case = LLMGW__V1__CONTENT_PART__KIND_IMAGE;
    part->image = image;
    return add_part(request, part,
                    set_bytes(&image->has_url, &image->url, url, length) == 0 && (!detail || set_string(&image->detail, detail) == 0));
}

// Tools and the answer's form

int llmgw_add_tool(llmgw_request *request, const char *name, const char *description, const char *parameters) {
    if (!request->chat) {
        return -1;
    }
    Llmgw__V1__Tool *tool = new_message(&llmgw__v1__tool__descriptor);
    ADD(request->chat->tools, request->chat->n_tools, tool,
        set_string(&tool->name, name) == 0 &&
            (!description || set_bytes(&tool->has_description, &tool->description, description, (size_t)-1) == 0) &&
            (!parameters || set_bytes(&tool->has_parameters, &tool->parameters, parameters, (size_t)-1) == 0),
        llmgw__v1__tool__free_unpacked);
}

int llmgw_set_tool_choice(llmgw_request *request, const char *choice) {
    Llmgw__V1__ToolChoice *made = request->chat && choice ? new_message(&llmgw__v1__tool_choice__descriptor) : NULL;
    if (!made) {
        return -1;
    }
    made->has_mode = true;
    made->mode = strcmp(choice, "auto") == 0       ? LLMGW__V1__TOOL_CHOICE__MODE__AUTO
                 : strcmp(choice, "none") == 0     ? LLMGW__V1__TOOL_CHOICE__MODE__NONE
                 : strcmp(choice, "required") == 0 ? LLMGW__V1__TOOL_CHOICE__MODE__REQUIRED
                                                   : LLMGW__V1__TOOL_CHOICE__MODE__NAMED;
    if (made->mode == LLMGW__V1__TOOL_CHOICE__MODE__NAMED && set_string(&made->name, choice) != 0) {
        llmgw__v1__tool_choice__free_unpacked(made, NULL);
        return -1;
    }
    llmgw__v1__tool_choice__free_unpacked(request->chat->tool_choice, NULL);
    request->chat->tool_choice = made;
    return 0;
}

int llmgw_set_parallel_tool_calls(llmgw_request *request, bool parallel) {
    if (!request->chat) {
        return -1;
    }
    request->chat->has_parallel_tool_calls = true;
    request->chat->parallel_tool_calls = parallel;
    return 0;
}

static int set_format(llmgw_request *request, Llmgw__V1__ResponseFormat *format, bool is_complete) {
    if (!format || !is_complete) {
        llmgw__v1__response_format__free_unpacked(format, NULL);
        return -1;
    }
    llmgw__v1__response_format__free_unpacked(request->chat->response_format, NULL);
    request->chat->response_format = format;
    return 0;
}

int llmgw_set_response_format(llmgw_request *request, const char *format) {
    bool is_json = format && strcmp(format, "json_object") == 0;
    if (!request->chat || !format || (!is_json && strcmp(format, "text") != 0)) {
        return -1;
    }
    Llmgw__V1__ResponseFormat *made = new_message(&llmgw__v1__response_format__descriptor);
    if (made) {
        made->has_kind = true;
        made->kind = is_json ? LLMGW__V1__RESPONSE_FORMAT__KIND__JSON_OBJECT : LLMGW__V1__RESPONSE_FORMAT__KIND__TEXT;
    }
    return set_format(request, made, true);
}

int llmgw_set_response_schema(llmgw_request *request, const char *name, const char *schema, bool strict) {
    Llmgw__V1__ResponseFormat *made = request->chat ? new_message(&llmgw__v1__response_format__descriptor) : NULL;
    if (!made) {
        return -1;
    }
    made->has_kind = made->has_strict = true;
    made->kind = LLMGW__V1__RESPONSE_FORMAT__KIND__JSON_SCHEMA;
    made->strict = strict;
    return set_format(request, made,
                      set_string(&made->name, name) == 0 && set_bytes(&made->has_schema, &made->schema, schema, (size_t)-1) == 0);
}
