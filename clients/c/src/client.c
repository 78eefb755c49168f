#include "client.h"

#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

// HELLO may have 1 KiB.
enum { NAME_LIMIT = 256 };

int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *llmgw_version(void) {
    return LLMGW_VERSION;
}

void llmgw_options_init(llmgw_options *options) {
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
}

llmgw_client *llmgw_client_new(const llmgw_options *options) {
    const char *name = options && options->client_name ? options->client_name : "libllmgw";
    if (strlen(name) > NAME_LIMIT || (options && (options->struct_size < sizeof *options || options->timeout_ms < 0))) {
        errno = EINVAL;
        return NULL;
    }
    llmgw_client *client = calloc(1, sizeof *client);
    if (!client) {
        return NULL;
    }
    client->name = strdup(name);
    client->socket_path = options && options->socket_path ? strdup(options->socket_path) : NULL;
    client->timeout_ms = options ? options->timeout_ms : 0;
    client->owner = getpid();
    client->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!client->name || client->epoll < 0 || (options && options->socket_path && !client->socket_path)) {
        int error = errno;
        llmgw_client_free(client);
        errno = error;
        return NULL;
    }
    return client;
}

static void free_links(llmgw_client *client) {
    while (client->links) {
        struct link *next = client->links->next;
        link_free(client->links);
        client->links = next;
    }
}

void llmgw_client_free(llmgw_client *client) {
    if (!client) {
        return;
    }
    client_check_fork(client);
    while (client->first_call) {
        call_release(client->first_call);
    }
    free_links(client);
    if (client->epoll >= 0) {
        close(client->epoll);
    }
    free(client->taken);
    arena_end(&client->arena);
    free(client->socket_path);
    free(client->name);
    free(client);
}

void client_check_fork(llmgw_client *client) {
    if (client->owner == getpid()) {
        return;
    }
    client->owner = getpid();
    // The set is shared with the parent: what this process did to it would happen to the parent. The descriptor keeps its number.
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0 || dup3(epoll, client->epoll, O_CLOEXEC) < 0) {
        close(client->epoll);
        client->epoll = epoll;
    } else {
        close(epoll);
    }
    llmgw_error error;
    error_local(&error, LOCAL_CONNECTION_LOST, "the process was forked; the call belongs to its parent");
    for (llmgw_call *call = client->first_call; call; call = call->next) {
        if (call->state != CALL_ENDED) {
            call_fail(call, &error);
        }
    }
    free_links(client);
}

static struct link *usable_link(llmgw_client *client) {
    struct link *link = client->links;
    while (link && !link_is_usable(link)) {
        link = link->next;
    }
    return link;
}

static bool carries_calls(const struct link *link) {
    for (const llmgw_call *call = link->client->first_call; call; call = call->next) {
        if (call->link == link) {
            return true;
        }
    }
    return false;
}

static void sweep(llmgw_client *client) {
    for (struct link **place = &client->links; *place;) {
        struct link *link = *place;
        if (link_is_usable(link) || (!link->is_dead && carries_calls(link))) {
            place = &link->next;
        } else {
            *place = link->next;
            link_free(link);
        }
    }
}

// Gives waiting calls their streams, in the order they came.
static void begin_waiting(llmgw_client *client) {
    for (llmgw_call *call = client->first_call; call; call = call->next) {
        if (call->state != CALL_WAITING) {
            continue;
        }
        llmgw_error error;
        struct link *link = usable_link(client);
        if (!link && !(link = link_open(client, &error))) {
            call_lose(call, &error, false);
        } else if (link->connection.is_open && link->connection.open_streams < link->connection.max_streams) {
            call_begin(call, link);
        } else {
            return;
        }
    }
}

void client_pump(llmgw_client *client) {
    begin_waiting(client);
    for (struct link *link = client->links; link; link = link->next) {
        link_send(link);
    }
    sweep(client);
}

void llmgw_process(llmgw_client *client) {
    client_check_fork(client);
    for (struct link *link = client->links; link; link = link->next) {
        link_receive(link);
    }
    int64_t now = now_ms();
    for (struct link *link = client->links; link; link = link->next) {
        link_check_time(link, now);
    }
    for (llmgw_call *call = client->first_call; call; call = call->next) {
        if (call->state != CALL_ENDED && call->deadline >= 0 && now >= call->deadline) {
            call_time_out(call);
        }
    }
    client_pump(client);
}

static int64_t sooner(int64_t first, int64_t second) {
    return first < 0 || second < first ? second : first;
}

int64_t client_next_timer(const llmgw_client *client) {
    int64_t at = -1;
    for (const struct link *link = client->links; link; link = link->next) {
        if (link->is_dead) {
            return 0; // it died outside of llmgw_process: its calls may need another one
        }
        if (!link->connection.is_open) {
            at = sooner(at, link->fd < 0 ? link->connect_again_at : link->opening_deadline);
        }
    }
    for (const llmgw_call *call = client->first_call; call; call = call->next) {
        if (call->state != CALL_ENDED && call->deadline >= 0) {
            at = sooner(at, call->deadline);
        }
    }
    int64_t now = now_ms();
    return at < 0 ? -1 : at > now ? at - now : 0;
}

int llmgw_fd(const llmgw_client *client) {
    return client->epoll;
}

short llmgw_want(const llmgw_client *client) {
    (void)client;
    return POLLIN;
}

int64_t llmgw_timeout_ms(const llmgw_client *client) {
    return client->first_ready ? 0 : client_next_timer(client);
}
