#include "client.h"

#include "error.h"
#include "llmgw/v1/wire.pb-c.h"
#include "socket_path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { OPENING_LIMIT_MS = 5000, CONNECT_AGAIN_MS = 10, READ_SIZE = 32 << 10, READS_AT_ONCE = 16 };

// Tries to connect. 0: done, or the backlog is full and the link tries again later. Else errno.
static int try_connect(struct link *link, const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        return ENAMETOOLONG;
    }
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return errno;
    }
    int error = 0;
    struct epoll_event interest = {.events = EPOLLIN};
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        error = errno;
    } else if (epoll_ctl(link->client->epoll, EPOLL_CTL_ADD, fd, &interest) != 0) {
        error = errno;
    }
    if (error == 0) {
        link->fd = fd;
        return 0;
    }
    close(fd);
    // A Unix socket does not connect in the background: EAGAIN means that the daemon has not accepted the ones before.
    link->connect_again_at = now_ms() + CONNECT_AGAIN_MS;
    return error == EAGAIN ? 0 : error;
}

static bool connect_link(struct link *link, llmgw_error *error) {
    struct socket_paths paths;
    if (!socket_paths_find(&paths, link->client->socket_path)) {
        error_local(error, LOCAL_OUT_OF_MEMORY, "no memory for a connection");
        return false;
    }
    int failure = try_connect(link, paths.chosen);
    if (failure != 0) {
        error_local(error, LOCAL_CONNECT_FAILED, "no connection to the daemon (%s%s%s): %s", paths.candidates[0],
                    paths.count > 1 ? ", " : "", paths.count > 1 ? paths.candidates[1] : "", strerror(failure));
    }
    socket_paths_free(&paths);
    return failure == 0;
}

struct link *link_open(llmgw_client *client, llmgw_error *error) {
    struct link *link = calloc(1, sizeof *link);
    if (!link || !connection_init(&link->connection, client->name, LLMGW_VERSION)) {
        error_local(error, LOCAL_OUT_OF_MEMORY, "no memory for a connection");
        if (link) {
            connection_free(&link->connection);
            free(link);
        }
        return NULL;
    }
    link->client = client;
    link->fd = -1;
    link->opening_deadline = now_ms() + OPENING_LIMIT_MS;
    if (!connect_link(link, error)) {
        link_free(link);
        return NULL;
    }
    link->next = client->links;
    client->links = link;
    return link;
}

static void close_socket(struct link *link) {
    if (link->fd < 0) {
        return;
    }
    // Closing alone would not do: a child of a fork may hold the socket too, and the epoll set would keep it. A child that inherited the
    // link has another set, where the socket is unknown.
    epoll_ctl(link->client->epoll, EPOLL_CTL_DEL, link->fd, NULL);
    close(link->fd);
    link->fd = -1;
}

void link_free(struct link *link) {
    close_socket(link);
    connection_free(&link->connection);
    free(link);
}

bool link_is_usable(const struct link *link) {
    return !link->is_dead && !link->connection.is_going_away;
}

static void fail_link(struct link *link, const llmgw_error *error) {
    bool was_open = link->connection.is_open, was_usable = link_is_usable(link);
    link->is_dead = true;
    close_socket(link);
    for (llmgw_call *call = link->client->first_call; call; call = call->next) {
        // Who waited for this link to open fails with it; who waited for a place on it goes to the next one.
        if (call->state == CALL_RUNNING ? call->link == link : call->state == CALL_WAITING && was_usable && !was_open) {
            call_lose(call, error, call_was_written(call));
        }
    }
}

static void fail_locally(struct link *link, enum local_error kind, const char *message) {
    llmgw_error error;
    error_local(&error, kind, "%s", message);
    fail_link(link, &error);
}

static void fail_with_errno(struct link *link, const char *doing, int number) {
    llmgw_error error;
    error_local(&error, LOCAL_CONNECTION_LOST, "%s the daemon failed: %s", doing, strerror(number));
    fail_link(link, &error);
}

// The connection's state machine gave up.
static void fail_as_connection(struct link *link) {
    const struct connection *connection = &link->connection;
    llmgw_error error;
    error_local(&error, LOCAL_PROTOCOL_VIOLATION, "the daemon broke the protocol: %s", connection->failure);
    if (strcmp(connection->failure, "no_memory") == 0) {
        error_local(&error, LOCAL_OUT_OF_MEMORY, "no memory for what the daemon sent or is to be sent");
    } else if (connection->refusal) {
        struct arena arena;
        Llmgw__V1__ConnectionError *refusal = llmgw__v1__connection_error__unpack(
            arena_begin(&arena, connection->refusal_length), connection->refusal_length, connection->refusal);
        if (refusal && refusal->status) {
            error_from_status(&error, refusal->status);
        } else {
            error_local(&error, LOCAL_PROTOCOL_VIOLATION, "the daemon broke the protocol: malformed_message");
        }
        arena_end(&arena);
    }
    fail_link(link, &error);
}

// Calls above the last stream were not processed.
static void lose_above(struct link *link, uint32_t last_stream) {
    llmgw_error error;
    error_local(&error, LOCAL_CONNECTION_LOST, "the daemon did not process the request");
    for (llmgw_call *call = link->client->first_call; call; call = call->next) {
        if (call->state == CALL_RUNNING && call->link == link && call->stream > last_stream) {
            connection_cancel(&link->connection, call->stream);
            call_lose(call, &error, false);
        }
    }
}

static void handle_events(struct link *link) {
    struct connection_event event;
    while (connection_next(&link->connection, &event)) {
        if (event.kind == EVENT_GOAWAY) {
            lose_above(link, event.stream);
        } else if (event.kind != EVENT_HELLO_OK) {
            call_receive(event.context, &event);
        }
    }
    if (link->connection.failure) {
        fail_as_connection(link);
    }
}

void link_receive(struct link *link) {
    for (int i = 0; i < READS_AT_ONCE && !link->is_dead && link->fd >= 0; i++) {
        uint8_t bytes[READ_SIZE];
        ssize_t count = recv(link->fd, bytes, sizeof bytes, 0);
        if (count > 0) {
            if (!connection_feed(&link->connection, bytes, (size_t)count)) {
                fail_locally(link, LOCAL_OUT_OF_MEMORY, "no memory for what the daemon sent");
                return;
            }
            handle_events(link);
        } else if (count == 0) {
            fail_locally(link, LOCAL_CONNECTION_LOST, "the daemon closed the connection");
            return;
        } else if (errno == EAGAIN) {
            if (link->write_error) {
                fail_with_errno(link, "writing to", link->write_error);
            }
            return;
        } else if (errno != EINTR) {
            fail_with_errno(link, "reading from", errno);
            return;
        }
    }
}

static void watch(struct link *link, bool for_room) {
    if (link->waits_for_room == for_room) {
        return;
    }
    struct epoll_event interest = {.events = EPOLLIN | (for_room ? (uint32_t)EPOLLOUT : 0)};
    if (epoll_ctl(link->client->epoll, EPOLL_CTL_MOD, link->fd, &interest) != 0) {
        fail_with_errno(link, "watching", errno);
        return;
    }
    link->waits_for_room = for_room;
}

void link_send(struct link *link) {
    struct buffer *out = &link->connection.out;
    if (link->connection.failure && !link->is_dead) {
        fail_as_connection(link);
        return;
    }
    if (link->is_dead || link->fd < 0 || link->write_error) {
        return;
    }
    while (link->out_used < out->count) {
        ssize_t count = send(link->fd, out->data + link->out_used, out->count - link->out_used, MSG_NOSIGNAL);
        if (count >= 0) {
            link->out_used += (size_t)count;
            link->sent += (uint64_t)count;
        } else if (errno == EAGAIN) {
            break;
        } else if (errno != EINTR) {
            // What the daemon said before it went is still worth reading.
            link->write_error = errno;
            link->out_used = out->count;
            link_receive(link);
            return;
        }
    }
    // Moving the rest to the front only when it is the smaller half keeps large requests linear.
    if (link->out_used >= out->count / 2) {
        buffer_drop(out, link->out_used);
        link->out_used = 0;
    }
    watch(link, out->count > link->out_used);
}

void link_check_time(struct link *link, int64_t now) {
    if (link->is_dead || link->connection.is_open) {
        return;
    }
    if (now >= link->opening_deadline) {
        fail_locally(link, LOCAL_CONNECT_FAILED,
                     link->fd < 0 ? "the daemon did not accept the connection" : "the daemon did not answer HELLO");
        return;
    }
    if (link->fd < 0 && now >= link->connect_again_at) {
        llmgw_error error;
        if (!connect_link(link, &error)) {
            fail_link(link, &error);
        }
    }
}
