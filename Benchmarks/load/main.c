#define _GNU_SOURCE
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "Usage: load TARGET [OPTIONS]\n"
    "Measures closed loops, or streams, and prints one JSON object.\n"
    "\n"
    "TARGET\n"
    "  http           closed loops of POSTs through libcurl\n"
    "  llmgw          closed loops through the gateway (libllmgw)\n"
    "  echo           closed loops against echo_server\n"
    "  redis          closed loops of GETs against redis-server\n"
    "  http-streams   streams of stream_upstream through libcurl\n"
    "  llmgw-streams  streams of stream_upstream through the gateway\n"
    "\n"
    "OPTIONS\n"
    "  --url URL                 http: where to POST\n"
    "  --socket PATH             the Unix socket\n"
    "  --model NAME              (bench)\n"
    "  --loops N                 closed loops, or streams, at once (1)\n"
    "  --per-connection N        llmgw: calls on one connection (1)\n"
    "  --prompt BYTES            of the user's message, or of redis' value (1000)\n"
    "  --request-frame BYTES     echo: with the header\n"
    "  --reply-frame BYTES       echo: with the header\n"
    "  --chunks N                of each stream\n"
    "  --warm-up SECONDS         (1)\n"
    "  --window SECONDS          (5)\n"
    "  --watch PID               a process whose CPU time is measured; several times\n";

static double number(const char *option, const char *text) {
    char *end;
    double value = strtod(text, &end);
    if (*text == 0 || *end != 0 || value < 0) {
        measure_fail("--%s: \"%s\" is not a number", option, text);
    }
    return value;
}

static void set(struct options *options, struct measure *m, const char *name, const char *value) {
    if (strcmp(name, "url") == 0) {
        options->url = value;
    } else if (strcmp(name, "socket") == 0) {
        options->unix_socket = value;
    } else if (strcmp(name, "model") == 0) {
        options->model = value;
    } else if (strcmp(name, "loops") == 0) {
        options->loops = (size_t)number(name, value);
    } else if (strcmp(name, "per-connection") == 0) {
        options->streams_per_connection = (size_t)number(name, value);
    } else if (strcmp(name, "prompt") == 0) {
        options->prompt = (size_t)number(name, value);
    } else if (strcmp(name, "request-frame") == 0) {
        options->request_frame = (size_t)number(name, value);
    } else if (strcmp(name, "reply-frame") == 0) {
        options->reply_frame = (size_t)number(name, value);
    } else if (strcmp(name, "chunks") == 0) {
        options->chunks = (size_t)number(name, value);
    } else if (strcmp(name, "warm-up") == 0) {
        options->warm_up = number(name, value);
    } else if (strcmp(name, "window") == 0) {
        options->window = number(name, value);
    } else if (m->watched_count < measure_max_watched) {
        m->watched[m->watched_count++] = (pid_t)number(name, value);
    } else {
        measure_fail("--watch: at most %d processes", measure_max_watched);
    }
}

static void parse(int argc, char **argv, struct options *options, struct measure *m) {
    static const struct option known[] = {
        {"url", 1, 0, 0},         {"socket", 1, 0, 0},      {"model", 1, 0, 0},  {"loops", 1, 0, 0},   {"per-connection", 1, 0, 0},
        {"prompt", 1, 0, 0},      {"request-frame", 1, 0, 0}, {"reply-frame", 1, 0, 0}, {"chunks", 1, 0, 0}, {"warm-up", 1, 0, 0},
        {"window", 1, 0, 0},      {"watch", 1, 0, 0},       {0},
    };
    int code, index;
    while ((code = getopt_long(argc, argv, "", known, &index)) != -1) {
        if (code != 0) {
            fputs(usage, stderr);
            exit(2);
        }
        set(options, m, known[index].name, optarg);
    }
    if (optind != argc - 1 || options->loops == 0 || options->streams_per_connection == 0) {
        fputs(usage, stderr);
        exit(2);
    }
}

int main(int argc, char **argv) {
    struct options options = {
        .url = "http://127.0.0.1/", .model = "bench", .loops = 1, .streams_per_connection = 1, .prompt = 1000, .warm_up = 1, .window = 5};
    static const struct {
        const char *name;
        void (*run)(const struct options *, struct measure *);
    } targets[] = {
        {"http", run_http},
        {"llmgw", run_llmgw},
        {"echo", run_echo},
        {"redis", run_redis},
        {"http-streams", run_http_streams},
        {"llmgw-streams", run_llmgw_streams},
    };
    struct measure m = {0};
    parse(argc, argv, &options, &m);
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        if (strcmp(argv[optind], targets[i].name) == 0) {
            printf("{");
            targets[i].run(&options, &m);
            measure_print(&m);
            printf("}\n");
            return 0;
        }
    }
    fputs(usage, stderr);
    return 2;
}
