/* Calls the daemon without a pause until its standard input ends; every call's outcome is a line: "ok", or the error. */
#include <llmgw/llmgw.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

static bool goes_on(void) {
    struct pollfd input = {.fd = 0, .events = POLLIN};
    return poll(&input, 1, 0) == 0;
}

int main(void) {
    llmgw_options options;
    llmgw_options_init(&options);
    llmgw_client *client = llmgw_client_new(&options);
    llmgw_request *request = llmgw_chat_new();
    if (!client || !request || llmgw_add_message(request, LLMGW_USER, "你好", (size_t)-1) != 0) {
        perror("calling");
        return EXIT_FAILURE;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (goes_on()) {
        llmgw_error error;
        llmgw_reply *reply;
        if (llmgw_perform(client, request, &reply, &error) == 0) {
            puts("ok");
            llmgw_reply_free(reply);
        } else {
            printf("%s: %s\n", error.reason, error.message);
        }
    }
    llmgw_request_free(request);
    llmgw_client_free(client);
    return EXIT_SUCCESS;
}
