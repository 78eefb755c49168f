/* Two calls at once in one event loop. The second is given up once ten pieces have come; the first runs to its end.
 *
 *     cc -o epoll epoll.c $(pkg-config --cflags --libs llmgw)
 *     ./epoll [MODEL]
 */
#include <llmgw/llmgw.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { PIECES_BEFORE_CANCEL = 10 };

struct conversation {
    const char *name;
    int pieces;
    llmgw_call *call; /* NULL once it is over */
};

static llmgw_call *ask(llmgw_client *client, struct conversation *conversation, const char *model, const char *question) {
    llmgw_error error;
    llmgw_request *request = llmgw_chat_new();
    if (!request || llmgw_set_stream(request, true) != 0 || (model && llmgw_set_model(request, model) != 0) ||
        llmgw_add_message(request, LLMGW_USER, question, (size_t)-1) != 0) {
        perror("epoll");
        exit(EXIT_FAILURE);
    }
    llmgw_call *call = llmgw_start(client, request, &error);
    llmgw_request_free(request); /* the call has a copy */
    if (!call) {
        fprintf(stderr, "epoll: %s: %s\n", error.reason, error.message);
        exit(EXIT_FAILURE);
    }
    llmgw_call_set_data(call, conversation);
    return call;
}

/* Returns whether the conversation failed. */
static bool handle(const llmgw_event *event, struct conversation *cancelled) {
    struct conversation *conversation = llmgw_call_data(event->call);
    bool is_over = false, failed = false;
    switch (event->type) {
    case LLMGW_EVENT_HEAD:
        printf("%s: %s answers, request %s\n", conversation->name, event->model ? event->model : "?",
               event->request_id ? event->request_id : "?");
        break;
    case LLMGW_EVENT_CHUNK:
        conversation->pieces++;
        printf("%s: %.*s\n", conversation->name, (int)event->text_length, event->text ? event->text : "");
        if (conversation == cancelled && conversation->pieces == PIECES_BEFORE_CANCEL) {
            printf("%s: enough\n", conversation->name);
            is_over = true;
        }
        break;
    case LLMGW_EVENT_REPLY:
        printf("%s: done after %d pieces\n", conversation->name, conversation->pieces);
        llmgw_reply_free(event->reply);
        is_over = true;
        break;
    case LLMGW_EVENT_ERROR:
        fprintf(stderr, "%s: %s: %s\n", conversation->name, event->error->reason, event->error->message);
        is_over = failed = true;
        break;
    case LLMGW_EVENT_NONE:
        break;
    }
    if (is_over) {
        llmgw_call_free(conversation->call); /* cancels it where it still runs */
        conversation->call = NULL;
    }
    return failed;
}

int main(int argc, char **argv) {
    const char *model = argc > 1 ? argv[1] : NULL;
    llmgw_client *client = llmgw_client_new(NULL);
    int loop = epoll_create1(EPOLL_CLOEXEC);
    if (!client || loop < 0) {
        perror("epoll");
        return EXIT_FAILURE;
    }
    struct epoll_event interest = {.events = EPOLLIN};
    if (epoll_ctl(loop, EPOLL_CTL_ADD, llmgw_fd(client), &interest) != 0) {
        perror("epoll");
        return EXIT_FAILURE;
    }

    struct conversation first = {.name = "first"}, second = {.name = "second"};
    first.call = ask(client, &first, model, "数到二十。");
    second.call = ask(client, &second, model, "Tell a long story.");

    bool failed = false;
    while (first.call || second.call) {
        int64_t timeout = llmgw_timeout_ms(client);
        struct epoll_event ready;
        if (epoll_wait(loop, &ready, 1, timeout > INT_MAX ? INT_MAX : (int)timeout) < 0 && errno != EINTR) {
            perror("epoll");
            return EXIT_FAILURE;
        }
        llmgw_process(client);
        llmgw_event event;
        while (llmgw_next_event(client, &event) != LLMGW_EVENT_NONE) {
            failed |= handle(&event, &second);
        }
    }
    llmgw_client_free(client);
    close(loop);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
