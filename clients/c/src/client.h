// The parts of a client handle: calls, and the connections ("links") that carry them.
//
// A call is waiting (for a connection, or for a place on it), running (it has a stream), or ended; its events queue up until the program
// takes them, and only then its stream gets credit for more. A link is opening (until HELLO_OK), open, draining (after GOAWAY: its calls go
// on, new ones need another link), or dead (swept away at the end of each entry into the library).
#ifndef LLMGW_CLIENT_H
#define LLMGW_CLIENT_H

#include "connection.h"
#include "llmgw/llmgw.h"
#include "unpack.h"

#include <sys/types.h>

struct link {
    struct link *next;
    llmgw_client *client;
    struct connection connection;
    int fd;                   // -1: the daemon's backlog is full, or the link is dead
    size_t out_used;          // bytes of connection.out that were sent
    uint64_t sent;            // bytes that were sent since the beginning
    int64_t opening_deadline; // for HELLO_OK
    int64_t connect_again_at; // where fd is -1
    int write_error;          // 0: none
    bool is_dead, waits_for_room;
};

struct item {
    struct item *next;
    enum event_kind kind;
    size_t length;
    uint8_t bytes[];
};

enum call_state { CALL_WAITING, CALL_RUNNING, CALL_ENDED };

struct llmgw_call {
    llmgw_client *client;
    struct llmgw_call *previous, *next; // oldest first
    struct llmgw_call *next_ready;
    void *data;
    enum call_state state;
    uint16_t method;
    struct buffer request; // kept while it may have to be repeated
    struct link *link;
    uint32_t stream;
    uint64_t written_at; // the link's `sent` once the whole request was written
    int64_t deadline;    // -1: none
    bool is_ready;       // in the client's queue of calls with events
    bool has_begun;      // something came back
    bool was_repeated;
    bool has_error;      // the last event is `error`
    bool is_over;        // the last event was taken
    struct item *first, *last;
    llmgw_error error;
    char *request_id, *model; // from HEAD
};

struct llmgw_client {
    char *socket_path; // NULL: by the rule
    char *name;
    int64_t timeout_ms;
    int epoll;
    pid_t owner;
    struct link *links;
    struct llmgw_call *first_call, *last_call;
    struct llmgw_call *first_ready, *last_ready;
    struct item *taken; // what the program's last event points into
    struct arena arena;
};

int64_t now_ms(void);

// client.c

// To be called first in every entry: after a fork, the connections belong to the parent.
void client_check_fork(llmgw_client *client);
// Gives waiting calls their streams, sends what is to be sent, and sweeps up. To be called last in every entry.
void client_pump(llmgw_client *client);
// Milliseconds until something is due, -1: nothing.
int64_t client_next_timer(const llmgw_client *client);

// link.c

// NULL: impossible, *error says why.
struct link *link_open(llmgw_client *client, llmgw_error *error);
void link_free(struct link *link);
bool link_is_usable(const struct link *link); // for new calls, now or once it is open
void link_receive(struct link *link);
void link_send(struct link *link);
void link_check_time(struct link *link, int64_t now);

// call.c

// Takes the request over. NULL: no memory.
llmgw_call *call_new(llmgw_client *client, uint16_t method, struct buffer *request, int64_t timeout_ms);
void call_begin(llmgw_call *call, struct link *link);
void call_receive(llmgw_call *call, const struct connection_event *event);
// The connection did not bring an answer: repeats the call, or ends it.
void call_lose(llmgw_call *call, const llmgw_error *error, bool was_processed);
void call_fail(llmgw_call *call, const llmgw_error *error);
void call_time_out(llmgw_call *call);
// What came cannot be read: the next event is the error, and the last.
void call_spoil(llmgw_call *call, bool is_memory_short);
// Gives the call up if it runs, and frees it.
void call_release(llmgw_call *call);
// Whether the whole request went out.
bool call_was_written(const llmgw_call *call);
bool call_has_event(const llmgw_call *call);
// Waits until there is an event. False: the time ran out, or there will never be another one.
bool call_wait(llmgw_call *call, int64_t timeout_ms);
// The next event but the error, or NULL. Gives its credit back. The caller frees it.
struct item *call_take(llmgw_call *call);

#endif
