// Calls on one connection.
#include "daemon.h"
#include "test.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static struct daemon daemon_;
static llmgw_client *client;
static struct peer peer;

static void begin(void) {
    daemon_start(&daemon_);
    client = daemon_client(&daemon_);
}

static void finish(void) {
    llmgw_client_free(client);
    peer_close(&peer);
    daemon_stop(&daemon_);
}

static void unary(void) {
    begin();
    llmgw_call *call = start_chat(client, "为什么天空是蓝色的?", false);
    llmgw_call_set_data(call, &daemon_);
    peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    Llmgw__V1__ChatRequest *chat = peer_read_chat(&peer, 1);
    CHECK_INT(chat->n_messages, 1);
    CHECK_INT(chat->messages[0]->role, LLMGW__V1__ROLE__ROLE_USER);
    CHECK_BYTES(chat->messages[0]->text.data, chat->messages[0]->text.len, "为什么天空是蓝色的?");
    CHECK(!chat->has_stream);
    llmgw__v1__chat_request__free_unpacked(chat, NULL);

    Llmgw__V1__Head head = LLMGW__V1__HEAD__INIT;
    head.request_id = "r1";
    peer_send_message(&peer, FRAME_HEAD, 1, &head.base);
    head.request_id = NULL;
    head.model = "小模型";
    head.has_queue_position = head.has_expected_wait_ms = true;
    head.queue_position = 3;
    head.expected_wait_ms = UINT64_MAX;
    peer_send_message(&peer, FRAME_HEAD, 1, &head.base);
    llmgw_event event = next_event(client, LLMGW_EVENT_HEAD);
    CHECK_STRING(event.request_id, "r1");
    CHECK_STRING(event.model, NULL);
    CHECK(event.queue_position == -1 && event.expected_wait_ms == -1);
    event = next_event(client, LLMGW_EVENT_HEAD);
    CHECK(event.queue_position == 3 && event.expected_wait_ms == INT64_MAX);
    CHECK_STRING(event.request_id, "r1");
    CHECK_STRING(event.model, "小模型");

    peer_end_with_text(&peer, 1, "瑞利散射。");
    event = next_event(client, LLMGW_EVENT_REPLY);
    CHECK(event.call == call && llmgw_call_data(event.call) == &daemon_);
    CHECK_INT(llmgw_reply_choices(event.reply), 1);
    size_t length;
    const char *text = llmgw_reply_text(event.reply, 0, &length);
    CHECK_BYTES(text, length, "瑞利散射。");
    CHECK_STRING(llmgw_reply_finish_reason(event.reply, 0), "stop");
    CHECK(llmgw_reply_text(event.reply, 1, &length) == NULL);
    llmgw_reply_free(event.reply);
    CHECK_INT(llmgw_call_next(call, &event, -1), LLMGW_EVENT_NONE); // over: no wait without end
    llmgw_call_free(call);
    finish();
}

static void stream(void) {
    begin();
    llmgw_call *call = start_chat(client, "你好", true);
    peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    Llmgw__V1__ChatRequest *chat = peer_read_chat(&peer, 1);
    CHECK(chat->stream);
    llmgw__v1__chat_request__free_unpacked(chat, NULL);

    peer_send_text(&peer, 1, "世界");
    llmgw_event event = next_event(client, LLMGW_EVENT_CHUNK);
    CHECK_BYTES(event.text, event.text_length, "世界");
    CHECK_STRING(event.finish_reason, NULL);

    Llmgw__V1__ToolCall tool_call = LLMGW__V1__TOOL_CALL__INIT, *tool_calls[] = {&tool_call};
    tool_call.has_index = tool_call.has_arguments = true;
    tool_call.index = 2;
    tool_call.id = "call_1";
    tool_call.name = "天气";
    tool_call.arguments = (ProtobufCBinaryData){2, (uint8_t *)"{}"};
    Llmgw__V1__ChatChunk chunk = LLMGW__V1__CHAT_CHUNK__INIT;
    chunk.has_index = chunk.has_reasoning = chunk.has_finish_reason = true;
    chunk.index = 1;
    chunk.reasoning = (ProtobufCBinaryData){6, (uint8_t *)"想想"};
    chunk.n_tool_calls = 1;
    chunk.tool_calls = tool_calls;
    chunk.finish_reason = LLMGW__V1__FINISH_REASON__FINISH_REASON_OTHER;
    chunk.finish_detail = "pause_turn";
    peer_send_message(&peer, FRAME_DATA, 1, &chunk.base);
    event = next_event(client, LLMGW_EVENT_CHUNK);
    CHECK_INT(event.choice, 1);
    CHECK(event.text == NULL);
    CHECK_BYTES(event.reasoning, event.reasoning_length, "想想");
    CHECK_STRING(event.finish_reason, "pause_turn");
    CHECK_INT(event.tool_calls, 1);
    llmgw_tool_call piece;
    CHECK(llmgw_event_tool_call(&event, 0, &piece) && !llmgw_event_tool_call(&event, 1, &piece));
    CHECK_INT(piece.index, 2);
    CHECK_STRING(piece.id, "call_1");
    CHECK_STRING(piece.name, "天气");
    CHECK_BYTES(piece.arguments, piece.arguments_length, "{}");

    peer_send(&peer, FRAME_DATA, 1, NULL, 0); // a message without fields is a message
    event = next_event(client, LLMGW_EVENT_CHUNK);
    CHECK(event.text == NULL);
    peer_send(&peer, 0x90, 1, "new", 3); // an ancillary frame is skipped
    peer_end(&peer, 1, &(Llmgw__V1__ChatReply)LLMGW__V1__CHAT_REPLY__INIT.base);
    event = next_event(client, LLMGW_EVENT_REPLY);
    CHECK_INT(llmgw_reply_choices(event.reply), 0);
    llmgw_usage usage = llmgw_reply_usage(event.reply);
    CHECK_INT(usage.total_tokens, -1);
    llmgw_reply_free(event.reply);
    llmgw_call_free(call);
    finish();
}

static void complete_and_embed(void) {
    begin();
    llmgw_request *request = llmgw_complete_new("从前有座山", (size_t)-1);
    CHECK_INT(llmgw_set_stream(request, true), 0);
    llmgw_call *complete = llmgw_start(client, request, NULL);
    llmgw_request_free(request);
    request = llmgw_embed_new();
    CHECK_INT(llmgw_add_input(request, "山", (size_t)-1), 0);
    llmgw_call *embed = llmgw_start(client, request, NULL);
    llmgw_request_free(request);

    peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    llmgw__v1__request__free_unpacked(peer_read_request(&peer, 1, 0x0202), NULL);
    llmgw__v1__request__free_unpacked(peer_read_request(&peer, 3, 0x0203), NULL);

    Llmgw__V1__CompleteChunk chunk = LLMGW__V1__COMPLETE_CHUNK__INIT;
    chunk.has_text = chunk.has_finish_reason = true;
    chunk.text = (ProtobufCBinaryData){9, (uint8_t *)"山上有"};
    chunk.finish_reason = LLMGW__V1__FINISH_REASON__FINISH_REASON_LENGTH;
    peer_send_message(&peer, FRAME_DATA, 1, &chunk.base);
    llmgw_event event = next_event(client, LLMGW_EVENT_CHUNK);
    CHECK(event.call == complete);
    CHECK_BYTES(event.text, event.text_length, "山上有");
    CHECK_STRING(event.finish_reason, "length");
    Llmgw__V1__CompleteChoice choice = LLMGW__V1__COMPLETE_CHOICE__INIT, *choices[] = {&choice};
    Llmgw__V1__CompleteReply complete_reply = LLMGW__V1__COMPLETE_REPLY__INIT;
    complete_reply.n_choices = 1;
    complete_reply.choices = choices;
    peer_end(&peer, 1, &complete_reply.base);
    event = next_event(client, LLMGW_EVENT_REPLY);
    size_t length;
    CHECK(event.call == complete && llmgw_reply_choices(event.reply) == 1 && llmgw_reply_text(event.reply, 0, &length) == NULL);
    CHECK_INT(llmgw_reply_embeddings(event.reply), 0);
    llmgw_reply_free(event.reply);

    float values[] = {0.25F, -1.5F};
    Llmgw__V1__Embedding embedding = LLMGW__V1__EMBEDDING__INIT, *embeddings[] = {&embedding};
    embedding.n_values = 2;
    embedding.values = values;
    Llmgw__V1__Usage usage = LLMGW__V1__USAGE__INIT;
    usage.has_input_tokens = true;
    usage.input_tokens = UINT64_MAX;
    Llmgw__V1__Latency latency = LLMGW__V1__LATENCY__INIT;
    latency.has_total_us = true;
    latency.total_us = 1234;
    Llmgw__V1__ReplyInfo info = LLMGW__V1__REPLY_INFO__INIT;
    info.provider = "提供者";
    info.has_attempts = true;
    info.attempts = 2;
    info.source = "fallback";
    info.has_cache = info.has_cache_age_ms = info.has_cache_similarity = true;
    info.cache = LLMGW__V1__CACHE_STATE__CACHE_STATE_STALE;
    info.cache_age_ms = 0;
    info.cache_similarity = 0.5;
    info.cache_key = "00ff";
    info.usage_source = "estimate";
    Llmgw__V1__Cost cost = LLMGW__V1__COST__INIT;
    cost.has_micros = true;
    cost.micros = -12;
    cost.currency = "EUR";
    info.cost = &cost;
    info.latency = &latency;
    Llmgw__V1__EmbedReply embed_reply = LLMGW__V1__EMBED_REPLY__INIT;
    embed_reply.n_embeddings = 1;
    embed_reply.embeddings = embeddings;
    embed_reply.usage = &usage;
    embed_reply.info = &info;
    peer_end(&peer, 3, &embed_reply.base);
    event = next_event(client, LLMGW_EVENT_REPLY);
    CHECK(event.call == embed && llmgw_reply_embeddings(event.reply) == 1);
    const float *vector = llmgw_reply_embedding(event.reply, 0, &length);
    CHECK(length == 2 && vector[0] == values[0] && vector[1] == values[1]);
    CHECK(llmgw_reply_embedding(event.reply, 1, &length) == NULL && length == 0);
    CHECK_INT(llmgw_reply_usage(event.reply).input_tokens, INT64_MAX); // what does not fit is cut, not turned negative
    CHECK_INT(llmgw_reply_usage(event.reply).output_tokens, -1);
    CHECK_STRING(llmgw_reply_info(event.reply).provider, "提供者");
    CHECK_INT(llmgw_reply_info(event.reply).attempts, 2);
    CHECK_STRING(llmgw_reply_info(event.reply).source, "fallback");
    CHECK_STRING(llmgw_reply_info(event.reply).cache, "stale");
    CHECK_STRING(llmgw_reply_info(event.reply).cache_key, "00ff");
    CHECK_STRING(llmgw_reply_info(event.reply).usage_source, "estimate");
    CHECK_STRING(llmgw_reply_info(event.reply).currency, "EUR");
    CHECK_INT(llmgw_reply_info(event.reply).cost_micros, -12);
    CHECK_INT(llmgw_reply_info(event.reply).cache_age_ms, 0);
    CHECK(llmgw_reply_info(event.reply).cache_similarity == 0.5);
    CHECK_INT(llmgw_reply_info(event.reply).total_us, 1234);
    CHECK_INT(llmgw_reply_info(event.reply).queue_us, -1);
    llmgw_reply_free(event.reply);
    llmgw_call_free(complete);
    llmgw_call_free(embed);
    finish();
}

static void status_becomes_error(void) {
    begin();
    llmgw_call *call = start_chat(client, "x", false);
    peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    llmgw__v1__chat_request__free_unpacked(peer_read_chat(&peer, 1), NULL);
    char message[600];
    memset(message, 'a', sizeof message);
    memcpy(message + 510, "界", 3); // the room ends inside of this character
    Llmgw__V1__Status status = LLMGW__V1__STATUS__INIT;
    status.has_code = status.has_message = status.has_retry = status.has_retry_after_ms = status.has_origin = true;
    status.has_upstream_http_status = status.has_attempts = status.has_suggestion = true;
    status.code = 8;
    status.reason = "llmgw.upstream.rate_limited";
    status.message = (ProtobufCBinaryData){sizeof message, (uint8_t *)message};
    status.suggestion = (ProtobufCBinaryData){12, (uint8_t *)"稍后再试"};
    status.retry = LLMGW__V1__RETRY__RETRY_AFTER;
    status.retry_after_ms = 7000;
    status.origin = LLMGW__V1__ORIGIN__ORIGIN_UPSTREAM;
    status.upstream_http_status = 429;
    status.attempts = 3;
    status.provider = "提供者";
    status.model = "m";
    status.request_id = "r9";
    peer_end_with_status(&peer, 1, &status);
    const llmgw_error *error = next_event(client, LLMGW_EVENT_ERROR).error;
    CHECK_INT(error->code, 8);
    CHECK_STRING(error->reason, "llmgw.upstream.rate_limited");
    CHECK_INT(strlen(error->message), 510);
    CHECK_STRING(error->suggestion, "稍后再试");
    CHECK_INT(error->retry, LLMGW_RETRY_AFTER);
    CHECK_INT(error->retry_after_ms, 7000);
    CHECK_INT(error->origin, LLMGW_ORIGIN_UPSTREAM);
    CHECK_INT(error->upstream_http_status, 429);
    CHECK_INT(error->attempts, 3);
    CHECK_STRING(error->provider, "提供者");
    CHECK_STRING(error->model, "m");
    CHECK_STRING(error->request_id, "r9");
    CHECK(!error->not_processed);
    llmgw_call_free(call);
    peer_check_quiet(&peer);
    finish();
}

static void cancel_leaves_the_others_alone(void) {
    begin();
    llmgw_call *given_up = start_chat(client, "一", true), *kept = start_chat(client, "二", true);
    peer = peer_accept_and_greet(&daemon_, client, (struct limits){.initial_credit = 40});
    llmgw__v1__chat_request__free_unpacked(peer_read_chat(&peer, 1), NULL);
    llmgw__v1__chat_request__free_unpacked(peer_read_chat(&peer, 3), NULL);
    peer_send_text(&peer, 1, "0123456789");
    CHECK(has_event(client)); // and it is not taken
    llmgw_call_free(given_up);
    CHECK_INT(peer_read(&peer, FRAME_CANCEL, 1).length, 0);
    peer_send_text(&peer, 1, "0123456789"); // crossed: its credit comes back, nobody sees it
    CHECK_INT(peer_read(&peer, FRAME_CREDIT, 1).length, 4);
    CHECK(!has_event(client));
    Llmgw__V1__Status status = LLMGW__V1__STATUS__INIT;
    status.has_code = true;
    status.code = 1;
    status.reason = "llmgw.client.cancelled";
    peer_end_with_status(&peer, 1, &status);
    CHECK(!has_event(client));
    peer_end_with_text(&peer, 3, "还在");
    llmgw_event event = next_event(client, LLMGW_EVENT_REPLY);
    CHECK(event.call == kept);
    llmgw_reply_free(event.reply);
    llmgw_call_free(kept); // has ended: nothing to cancel
    peer_check_quiet(&peer);
    finish();
}

// 100 bytes of credit; a chunk of 98 bytes of text is 100 bytes.
static void slow_reader_stops_its_own_stream_only(void) {
    begin();
    llmgw_call *slow = start_chat(client, "慢", true), *fast = start_chat(client, "快", true);
    peer = peer_accept_and_greet(&daemon_, client, (struct limits){.initial_credit = 100});
    llmgw__v1__chat_request__free_unpacked(peer_read_chat(&peer, 1), NULL);
    llmgw__v1__chat_request__free_unpacked(peer_read_chat(&peer, 3), NULL);
    char text[99] = {0};
    memset(text, 'x', 98);
    peer_send_text(&peer, 1, text);
    llmgw_event event;
    for (int i = 0; i < 50; i++) {
        peer_send_text(&peer, 3, text);
        CHECK_INT(llmgw_call_next(fast, &event, PATIENCE_MS), LLMGW_EVENT_CHUNK);
        struct frame credit = peer_read(&peer, FRAME_CREDIT, 3);
        CHECK(memcmp(credit.payload, "\0\0\0\x64", 4) == 0);
    }
    peer_check_quiet(&peer); // no credit for what waits
    CHECK_INT(llmgw_call_next(slow, &event, 0), LLMGW_EVENT_CHUNK);
    CHECK_INT(peer_read(&peer, FRAME_CREDIT, 1).length, 4);
    llmgw_call_free(slow);
    llmgw_call_free(fast);
    finish();
}

static uint32_t read_credit(uint32_t stream_number) {
    const uint8_t *bytes = peer_read(&peer, FRAME_CREDIT, stream_number).payload;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// A chunk of 5000 bytes where the credit is 1000: without credit for its beginning, its end could never be sent.
static void message_larger_than_the_credit_arrives(void) {
    enum { SIZE = 5000, FRAME = 250, CREDIT = 1000 };
    begin();
    llmgw_call *call = start_chat(client, "长", true);
    peer = peer_accept_and_greet(&daemon_, client, (struct limits){.initial_credit = CREDIT});
    llmgw__v1__chat_request__free_unpacked(peer_read_chat(&peer, 1), NULL);
    char text[SIZE - 3] = {0};
    memset(text, 'x', sizeof text - 1);
    Llmgw__V1__ChatChunk chunk = LLMGW__V1__CHAT_CHUNK__INIT;
    chunk.has_text = true;
    chunk.text = (ProtobufCBinaryData){SIZE - 3, (uint8_t *)text};
    uint8_t payload[SIZE];
    CHECK_INT(protobuf_c_message_pack(&chunk.base, payload), SIZE);
    uint32_t credit = CREDIT;
    for (size_t first = 0; first < SIZE; first += FRAME) {
        while (credit < FRAME) {
            credit += read_credit(1);
        }
        peer_send_part(&peer, FRAME_DATA, 1, first + FRAME < SIZE, payload + first, FRAME);
        credit -= FRAME;
    }
    // The program is slow now: the next message gets what is left of the credit, and no more before this one is taken.
    size_t sent = 0;
    for (;; sent += FRAME, credit -= FRAME) {
        llmgw_process(client);
        uint8_t byte;
        while (peer.decoder.pending.count > peer.decoder.used || recv(peer.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1) {
            credit += read_credit(1);
        }
        if (credit < FRAME) {
            break;
        }
        CHECK(sent < CREDIT);
        peer_send_part(&peer, FRAME_DATA, 1, true, payload, FRAME);
    }
    CHECK_INT(llmgw_call_next(call, &(llmgw_event){0}, PATIENCE_MS), LLMGW_EVENT_CHUNK);
    CHECK(read_credit(1) > 0);
    llmgw_call_free(call);
    finish();
}

static void events_of_calls_take_turns(void) {
    begin();
    llmgw_call *first = start_chat(client, "一", true), *second = start_chat(client, "二", true);
    peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    llmgw__v1__chat_request__free_unpacked(peer_read_chat(&peer, 1), NULL);
    llmgw__v1__chat_request__free_unpacked(peer_read_chat(&peer, 3), NULL);
    for (int i = 0; i < 3; i++) {
        peer_send_text(&peer, 1, "a");
    }
    peer_send_text(&peer, 3, "b");
    llmgw_process(client);
    CHECK(next_event(client, LLMGW_EVENT_CHUNK).call == first);
    CHECK(next_event(client, LLMGW_EVENT_CHUNK).call == second);
    CHECK(next_event(client, LLMGW_EVENT_CHUNK).call == first);
    llmgw_call_free(first); // with an event that nobody took
    CHECK(!has_event(client));
    llmgw_call_free(second);
    finish();
}

static void more_calls_than_streams_wait(void) {
    begin();
    llmgw_call *calls[3];
    for (int i = 0; i < 3; i++) {
        calls[i] = start_chat(client, "x", false);
    }
    peer = peer_accept_and_greet(&daemon_, client, (struct limits){.max_streams = 1});
    for (uint32_t i = 0; i < 3; i++) {
        llmgw__v1__chat_request__free_unpacked(peer_read_chat(&peer, 2 * i + 1), NULL);
        peer_check_quiet(&peer);
        peer_end_with_text(&peer, 2 * i + 1, "y");
        llmgw_event event = next_event(client, LLMGW_EVENT_REPLY);
        CHECK(event.call == calls[i]);
        llmgw_reply_free(event.reply);
        llmgw_call_free(calls[i]);
    }
    finish();
}

static void large_request_is_continued(void) {
    enum { SIZE = 3 << 20, FRAME = 64 << 10 };
    begin();
    char *text = malloc(SIZE);
    memset(text, 'z', SIZE);
    llmgw_request *request = llmgw_chat_new();
    CHECK_INT(llmgw_add_message(request, LLMGW_USER, text, SIZE), 0);
    llmgw_call *call = llmgw_start(client, request, NULL);
    peer = peer_accept_and_greet(&daemon_, client, (struct limits){.max_frame = FRAME});
    size_t received = 0;
    bool more = true;
    while (more) {
        struct frame frame = peer_read(&peer, FRAME_REQUEST, 1);
        CHECK_INT(frame.method, 0x0201);
        more = frame.flags & FRAME_MORE;
        CHECK(more ? frame.length == FRAME : frame.length <= FRAME);
        received += frame.length;
    }
    CHECK(received > SIZE && received < SIZE + 100);
    peer_end_with_text(&peer, 1, "ok");
    llmgw_reply_free(next_event(client, LLMGW_EVENT_REPLY).reply);
    llmgw_call_free(call);
    llmgw_request_free(request);
    free(text);
    finish();
}

static void oversized_request_is_not_sent(void) {
    begin();
    llmgw_call *small = start_chat(client, "小", false);
    llmgw_call *large = start_chat(client, "长长长长长长长长长长长长长长长长长长", false);
    peer = peer_accept_and_greet(&daemon_, client, (struct limits){.max_message = 40});
    llmgw_event event = next_event(client, LLMGW_EVENT_ERROR);
    CHECK(event.call == large);
    CHECK_STRING(event.error->reason, "llmgw.client.message_too_large");
    CHECK_INT(event.error->retry, LLMGW_RETRY_NEVER);
    CHECK(event.error->not_processed);
    llmgw__v1__chat_request__free_unpacked(peer_read_chat(&peer, 1), NULL);
    peer_check_quiet(&peer);
    llmgw_call_free(small);
    llmgw_call_free(large);
    finish();
}

static void unreadable_answers_are_violations(void) {
    begin();
    llmgw_call *stream_call = start_chat(client, "一", true), *unary_call = start_chat(client, "二", false);
    peer = peer_accept_and_greet(&daemon_, client, (struct limits){0});
    llmgw__v1__chat_request__free_unpacked(peer_read_chat(&peer, 1), NULL);
    llmgw__v1__chat_request__free_unpacked(peer_read_chat(&peer, 3), NULL);
    peer_send(&peer, FRAME_DATA, 1, "\xff\xff\xff", 3);
    peer_send_text(&peer, 1, "太晚");
    llmgw_event event = next_event(client, LLMGW_EVENT_ERROR);
    CHECK(event.call == stream_call);
    CHECK_STRING(event.error->reason, "llmgw.local.protocol_violation");
    peer_read(&peer, FRAME_CANCEL, 1);
    peer_send(&peer, FRAME_END, 3, "\xff\xff\xff", 3);
    event = next_event(client, LLMGW_EVENT_ERROR);
    CHECK(event.call == unary_call);
    CHECK_STRING(event.error->reason, "llmgw.local.protocol_violation");
    CHECK(!has_event(client));
    llmgw_call_free(stream_call);
    llmgw_call_free(unary_call);
    finish();
}

// Answers one call after the other, while the program blocks.
static void *answer(void *unused) {
    (void)unused;
    llmgw__v1__chat_request__free_unpacked(peer_read_chat(&peer, 1), NULL);
    peer_end_with_text(&peer, 1, "第一");
    Llmgw__V1__Request *ping = peer_read_request(&peer, 3, 0x0101);
    CHECK_INT(ping->timeout_ms, 60000);
    CHECK_BYTES(ping->body.data, ping->body.len, "\n\x06" "铃");
    llmgw__v1__request__free_unpacked(ping, NULL);
    peer_end(&peer, 3, &(Llmgw__V1__ChatReply)LLMGW__V1__CHAT_REPLY__INIT.base);
    llmgw__v1__request__free_unpacked(peer_read_request(&peer, 5, 0x0999), NULL);
    Llmgw__V1__Status status = LLMGW__V1__STATUS__INIT;
    status.has_code = true;
    status.code = 12;
    status.reason = "llmgw.client.unknown_method";
    peer_end_with_status(&peer, 5, &status);
    return NULL;
}

static void *accept_and_answer(void *unused) {
    peer = peer_accept_and_greet(&daemon_, NULL, (struct limits){0});
    return answer(unused);
}

static void blocking(void) {
    begin();
    pthread_t thread;
    CHECK_INT(pthread_create(&thread, NULL, accept_and_answer, NULL), 0);
    llmgw_request *request = chat_request("问", true); // perform wants the whole answer all the same
    llmgw_reply *reply;
    llmgw_error error;
    CHECK_INT(llmgw_perform(client, request, &reply, &error), 0);
    size_t length;
    const char *text = llmgw_reply_text(reply, 0, &length);
    CHECK_BYTES(text, length, "第一");
    llmgw_reply_free(reply);
    llmgw_request_free(request);

    void *raw;
    CHECK_INT(llmgw_perform_raw(client, 0x0101, "\n\x06" "铃", 5, 60000, &raw, &length, &error), 0);
    CHECK(raw != NULL && length == 0);
    free(raw);
    CHECK_INT(llmgw_perform_raw(client, 0x0999, NULL, 0, 0, &raw, &length, &error), -1);
    CHECK(raw == NULL);
    CHECK_STRING(error.reason, "llmgw.client.unknown_method");
    CHECK_INT(pthread_join(thread, NULL), 0);
    finish();
}

void calls_run(void) {
    static const struct test tests[] = {
        {"a unary call", unary},
        {"a stream", stream},
        {"complete and embed", complete_and_embed},
        {"a status becomes an error", status_becomes_error},
        {"cancelling leaves other calls alone", cancel_leaves_the_others_alone},
        {"a slow reader stops its own stream only", slow_reader_stops_its_own_stream_only},
        {"a message larger than the credit arrives", message_larger_than_the_credit_arrives},
        {"events of several calls take turns", events_of_calls_take_turns},
        {"more calls than streams wait for their turn", more_calls_than_streams_wait},
        {"a large request is continued over frames", large_request_is_continued},
        {"an oversized request is not sent", oversized_request_is_not_sent},
        {"unreadable answers are violations", unreadable_answers_are_violations},
        {"blocking calls", blocking},
    };
    RUN_ALL(tests);
}
