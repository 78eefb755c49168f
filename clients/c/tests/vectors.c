// The vectors that all implementations run. proto/vectors/README.md has the format.
#include "connection.h"
#include "frame.h"
#include "llmgw/v1/wire.pb-c.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 8, SPLIT_LIMIT = 4096, RANDOM_SPLITS = 8, CREDIT_AT_ONCE = 1 };

struct step {
    char *words[WORDS];
    size_t count;
};

struct vector_case {
    char name[256];
    struct step *steps;
    size_t count;
    unsigned split; // 0: whole, 1: byte by byte, above: the seed of random sizes
};

// What came out, as lines of text in the vectors' own form.
static struct buffer out;

static void print(const char *format, const char *first, uint32_t number, const uint8_t *payload, size_t length, bool has_payload) {
    char line[256];
    int count = snprintf(line, sizeof line, format, first, number);
    buffer_append(&out, line, (size_t)count);
    if (has_payload && length == 0) {
        buffer_append(&out, "-", 1);
    }
    for (size_t i = 0; i < length; i++) {
        char digits[3];
        snprintf(digits, sizeof digits, "%02x", payload[i]);
        buffer_append(&out, digits, 2);
    }
    buffer_append(&out, "\n", 1);
}

static struct buffer unhex(const char *text) {
    struct buffer bytes = {0};
    while (*text && strcmp(text, "-") != 0) {
        unsigned value;
        CHECK_INT(sscanf(text, "%2x", &value), 1);
        uint8_t byte = (uint8_t)value;
        text += 2;
        size_t times = 1;
        if (*text == '*') {
            times = strtoul(text + 1, (char **)&text, 10);
        }
        while (times-- > 0) {
            buffer_append(&bytes, &byte, 1);
        }
        text += *text == '+';
    }
    return bytes;
}

// Gives bytes in the pieces that this run is about. Long runs of bytes are about sizes, not about splits.
static void feed(const char *hex, unsigned split, bool (*take)(void *, const uint8_t *, size_t), void *target) {
    struct buffer bytes = unhex(hex);
    srand(split);
    bool goes_on = true;
    for (size_t first = 0; first < bytes.count && goes_on;) {
        size_t size = split == 0 || bytes.count > SPLIT_LIMIT ? bytes.count : split == 1 ? 1 : 1 + (size_t)rand() % 40;
        size = size < bytes.count - first ? size : bytes.count - first;
        // A copy of exactly this size, so that reading beyond it is found.
        uint8_t *piece = malloc(size);
        memcpy(piece, bytes.data + first, size);
        goes_on = take(target, piece, size);
        free(piece);
        first += size;
    }
    buffer_free(&bytes);
}

static bool take_frames(void *target, const uint8_t *bytes, size_t count) {
    struct frame_decoder *decoder = target;
    struct frame frame;
    const char *reason;
    int got;
    CHECK(frame_decoder_feed(decoder, bytes, count));
    while ((got = frame_decoder_next(decoder, &frame, &reason)) > 0) {
        char head[128];
        snprintf(head, sizeof head, "frame type=0x%02x flags=0x%02x method=0x%04x stream=", frame.type, frame.flags, frame.method);
        print("%s%u payload=", head, frame.stream, frame.payload, frame.length, true);
    }
    if (got < 0) {
        print("fatal %s", reason, 0, NULL, 0, false);
    }
    return got == 0;
}

static bool take_events(void *target, const uint8_t *bytes, size_t count) {
    struct connection *connection = target;
    struct connection_event event;
    CHECK(connection_feed(connection, bytes, count));
    while (connection_next(connection, &event)) {
        switch (event.kind) {
        case EVENT_HELLO_OK:
            print("event hello_ok", "", 0, NULL, 0, false);
            break;
        case EVENT_GOAWAY:
            print("event %s %u", "goaway", event.stream, NULL, 0, false);
            break;
        case EVENT_HEAD: case EVENT_DATA: case EVENT_END:
            print("event %s %u ", event.kind == EVENT_HEAD ? "head" : event.kind == EVENT_DATA ? "data" : "end", event.stream,
                  event.payload, event.length, true);
        }
    }
    if (!connection->failure) {
        return true;
    }
    Llmgw__V1__ConnectionError *refusal = connection->refusal
        ? llmgw__v1__connection_error__unpack(NULL, connection->refusal_length, connection->refusal) : NULL;
    print("fatal %s", refusal ? refusal->status->reason : connection->failure, 0, NULL, 0, false);
    llmgw__v1__connection_error__free_unpacked(refusal, NULL);
    return false;
}

static void join(struct buffer *text, const struct step *step) {
    for (size_t i = 0; i < step->count; i++) {
        buffer_append(text, step->words[i], strlen(step->words[i]));
        buffer_append(text, i + 1 < step->count ? " " : "\n", 1);
    }
}

static void compare(struct buffer *expected) {
    buffer_append(expected, "", 1);
    buffer_append(&out, "", 1);
    CHECK_STRING((char *)out.data, (char *)expected->data);
    buffer_free(expected);
    buffer_free(&out);
}

static void run_frames(void *context) {
    const struct vector_case *vector = context;
    buffer_free(&out); // of a case that failed
    struct frame_decoder decoder = {.max_frame = 262144};
    struct buffer expected = {0};
    for (size_t i = 0; i < vector->count; i++) {
        const struct step *step = &vector->steps[i];
        if (strcmp(step->words[0], "recv") == 0) {
            feed(step->words[1], vector->split, take_frames, &decoder);
        } else if (strcmp(step->words[0], "frame") == 0) {
            // A payload may be written in the short form.
            struct buffer payload = unhex(step->words[5] + strlen("payload="));
            struct buffer ours = out;
            memset(&out, 0, sizeof out);
            char head[128];
            snprintf(head, sizeof head, "%s %s %s %s %s payload=", step->words[0], step->words[1], step->words[2], step->words[3],
                     step->words[4]);
            print("%s", head, 0, payload.data, payload.count, true);
            buffer_append(&expected, out.data, out.count);
            buffer_free(&out);
            buffer_free(&payload);
            out = ours;
        } else {
            join(&expected, step);
        }
    }
    compare(&expected);
    buffer_free(&decoder.pending);
}

static void run_client(void *context) {
    const struct vector_case *vector = context;
    buffer_free(&out);
    struct connection connection;
    CHECK(connection_init(&connection, "vectors", "1"));
    connection.credit_threshold = CREDIT_AT_ONCE;
    struct buffer expected = {0};
    for (size_t i = 0; i < vector->count; i++) {
        char *const *words = vector->steps[i].words;
        if (strcmp(words[0], "recv") == 0) {
            feed(words[1], vector->split, take_events, &connection);
        } else if (strcmp(words[0], "send") == 0) {
            struct buffer bytes = unhex(words[1]);
            CHECK_INT(connection.out.count, bytes.count);
            CHECK(memcmp(connection.out.data, bytes.data, bytes.count) == 0);
            buffer_drop(&connection.out, bytes.count);
            buffer_free(&bytes);
        } else if (strcmp(words[0], "open") == 0) {
            struct buffer bytes = unhex(words[3]);
            uint16_t method = (uint16_t)strtoul(words[2], NULL, 16);
            CHECK_INT(connection_open(&connection, method, bytes.data, bytes.count, NULL), strtoul(words[1], NULL, 10));
            buffer_free(&bytes);
        } else if (strcmp(words[0], "cancel") == 0) {
            connection_cancel(&connection, (uint32_t)strtoul(words[1], NULL, 10));
        } else if (strcmp(words[0], "taken") == 0) {
            connection_taken(&connection, (uint32_t)strtoul(words[1], NULL, 10), strtoul(words[2], NULL, 10));
        } else {
            join(&expected, &vector->steps[i]);
        }
    }
    CHECK_INT(connection.out.count, 0);
    compare(&expected);
    connection_free(&connection);
}

static void run_case(struct vector_case *vector, void (*function)(void *)) {
    char name[sizeof vector->name];
    memcpy(name, vector->name, sizeof name);
    for (unsigned split = 0; split < 2 + RANDOM_SPLITS && vector->count > 0; split++) {
        vector->split = split;
        snprintf(vector->name, sizeof vector->name, "%.200s, %s %u", name, split == 0 ? "whole" : split == 1 ? "bytewise" : "randomly",
                 split);
        test_run(vector->name, function, vector);
    }
    for (size_t i = 0; i < vector->count; i++) {
        free(vector->steps[i].words[0]);
    }
    free(vector->steps);
    *vector = (struct vector_case){0};
}

static void run_file(const char *directory, const char *file, void (*function)(void *)) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, file);
    FILE *input = fopen(path, "r");
    if (!input) {
        perror(path);
        exit(2);
    }
    struct vector_case vector = {0};
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, input) > 0) {
        struct step step = {0};
        for (char *word = strtok(line, " \n"); word && step.count < WORDS; word = strtok(NULL, " \n")) {
            step.words[step.count++] = word;
        }
        if (step.count == 0 || step.words[0][0] == '#') {
            continue;
        }
        if (strcmp(step.words[0], "case") == 0) {
            run_case(&vector, function);
            snprintf(vector.name, sizeof vector.name, "%s: %s", file, step.words[1]);
            continue;
        }
        // The words stay in the line that getline allocated.
        vector.steps = realloc(vector.steps, (vector.count + 1) * sizeof *vector.steps);
        vector.steps[vector.count++] = step;
        if (step.words[0] != line) {
            abort();
        }
        line = NULL;
        size = 0;
    }
    run_case(&vector, function);
    free(line);
    fclose(input);
}

void vectors_run(const char *directory) {
    run_file(directory, "frames.hex", run_frames);
    run_file(directory, "client.hex", run_client);
}
