/* Asks one question and prints the answer as it comes, or whole with --whole.
 *
 *     cc -o chat chat.c $(pkg-config --cflags --libs llmgw)
 *     ./chat --model smollm2 "为什么天空是蓝色的?"
 */
#include <llmgw/llmgw.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_error(const llmgw_error *error) {
    fprintf(stderr, "chat: %s: %s\n", error->reason, error->message);
    if (*error->suggestion) {
        fprintf(stderr, "      %s\n", error->suggestion);
    }
}

static int print_end(const llmgw_reply *reply) {
    llmgw_usage usage = llmgw_reply_usage(reply);
    llmgw_info info = llmgw_reply_info(reply);
    fprintf(stderr, "[%s by %s", info.model ? info.model : "?", info.provider ? info.provider : "?");
    if (usage.input_tokens >= 0 && usage.output_tokens >= 0) {
        fprintf(stderr, ", %lld + %lld tokens", (long long)usage.input_tokens, (long long)usage.output_tokens);
    }
    fprintf(stderr, ", %.1f ms]\n", (double)info.total_us / 1000);
    return EXIT_SUCCESS;
}

static int whole(llmgw_client *client, const llmgw_request *request) {
    llmgw_error error;
    llmgw_reply *reply;
    if (llmgw_perform(client, request, &reply, &error) != 0) {
        print_error(&error);
        return EXIT_FAILURE;
    }
    size_t length;
    const char *text = llmgw_reply_text(reply, 0, &length);
    if (text) {
        fwrite(text, 1, length, stdout);
    }
    putchar('\n');
    int status = print_end(reply);
    llmgw_reply_free(reply);
    return status;
}

static int streamed(llmgw_client *client, const llmgw_request *request) {
    llmgw_error error;
    llmgw_call *call = llmgw_start(client, request, &error);
    if (!call) {
        print_error(&error);
        return EXIT_FAILURE;
    }
    int status = EXIT_FAILURE;
    llmgw_event event;
    do {
        switch (llmgw_call_next(call, &event, -1)) {
        case LLMGW_EVENT_CHUNK:
            if (event.text) {
                fwrite(event.text, 1, event.text_length, stdout);
                fflush(stdout);
            }
            break;
        case LLMGW_EVENT_REPLY:
            putchar('\n');
            status = print_end(event.reply);
            llmgw_reply_free(event.reply);
            break;
        case LLMGW_EVENT_ERROR:
            putchar('\n');
            print_error(event.error);
            break;
        case LLMGW_EVENT_HEAD:
        case LLMGW_EVENT_NONE:
            break;
        }
    } while (event.type != LLMGW_EVENT_REPLY && event.type != LLMGW_EVENT_ERROR);
    llmgw_call_free(call);
    return status;
}

int main(int argc, char **argv) {
    const char *model = NULL, *question = NULL;
    bool stream = true, valid = true;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--whole") == 0) {
            stream = false;
        } else if (strcmp(argv[i], "--model") == 0 && i + 1 < argc) {
            model = argv[++i];
        } else if (argv[i][0] != '-' && !question) {
            question = argv[i];
        } else {
            valid = false;
        }
    }
    if (!valid || !question) {
        fprintf(stderr, "usage: chat [--whole] [--model MODEL] QUESTION\n");
        return 2;
    }
    llmgw_options options;
    llmgw_options_init(&options);
    options.client_name = "chat.c";
    llmgw_client *client = llmgw_client_new(&options);
    llmgw_request *request = llmgw_chat_new();
    if (!client || !request || (model && llmgw_set_model(request, model) != 0) || llmgw_set_stream(request, stream) != 0 ||
        llmgw_add_message(request, LLMGW_USER, question, (size_t)-1) != 0) {
        perror("chat");
        return EXIT_FAILURE;
    }
    int status = stream ? streamed(client, request) : whole(client, request);
    llmgw_request_free(request);
    llmgw_client_free(client);
    return status;
}
