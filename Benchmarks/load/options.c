#define _GNU_SOURCE
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char sentence[] = "The quick brown fox jumps over the lazy dog. ";

char *options_prompt(size_t size) {
    char *text = malloc(size + 1);
    if (!text) {
        measure_fail("out of memory");
    }
    for (size_t i = 0; i < size; i++) {
        text[i] = sentence[i % (sizeof sentence - 1)];
    }
    text[size] = 0;
    return text;
}

char *options_request_body(const struct options *options, bool stream) {
    char *prompt = options_prompt(options->prompt), *body;
    if (asprintf(&body, "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]%s}", options->model, prompt,
                 stream ? ",\"stream\":true,\"stream_options\":{\"include_usage\":true}" : "") < 0) {
        measure_fail("out of memory");
    }
    free(prompt);
    return body;
}
