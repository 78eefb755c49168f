// libcurl for Swift. Its setters and getters are variadic, which Swift cannot call, so each type of value gets a wrapper; with
// CURL_STRICTER the handles have types of their own.
#ifndef CCURL_SHIM_H
#define CCURL_SHIM_H

#define CURL_STRICTER 1
#include <curl/curl.h>

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_off(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

typedef size_t (*ccurl_transfer_callback)(char *data, size_t size, size_t count, void *user);
typedef int (*ccurl_prereq_callback)(void *user, char *remote_ip, char *local_ip, int remote_port, int local_port);

static inline CURLcode ccurl_set_transfer_callback(CURL *easy, CURLoption option, ccurl_transfer_callback callback) {
    return curl_easy_setopt(easy, option, callback);
}

/* 0xXXYYZZ of the library that is loaded; CURLVERSION_NOW is a macro that Swift does not see. */
static inline unsigned int ccurl_version_number(void) {
    return curl_version_info(CURLVERSION_NOW)->version_num;
}

typedef int (*ccurl_debug_callback)(CURL *easy, curl_infotype kind, char *data, size_t size, void *user);
static inline CURLcode ccurl_set_debug_callback(CURL *easy, ccurl_debug_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, callback);
}

static inline CURLcode ccurl_set_prereq_callback(CURL *easy, ccurl_prereq_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
}

typedef curl_socket_t (*ccurl_opensocket_callback)(void *user, curlsocktype purpose, struct curl_sockaddr *address);

static inline CURLcode ccurl_set_opensocket_callback(CURL *easy, ccurl_opensocket_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
}

typedef int (*ccurl_closesocket_callback)(void *user, curl_socket_t socket);

static inline CURLcode ccurl_set_closesocket_callback(CURL *easy, ccurl_closesocket_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, callback);
}

static inline CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode ccurl_get_off(CURL *easy, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode ccurl_get_pointer(CURL *easy, CURLINFO info, void **value) {
    return curl_easy_getinfo(easy, info, value);
}

typedef int (*ccurl_socket_callback)(CURL *easy, curl_socket_t socket, int what, void *user, void *socket_user);
typedef int (*ccurl_timer_callback)(CURLM *multi, long timeout_ms, void *user);

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode ccurl_multi_set_socket_callback(CURLM *multi, ccurl_socket_callback callback, void *user) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, callback);
    return code == CURLM_OK ? curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, user) : code;
}

static inline CURLMcode ccurl_multi_set_timer_callback(CURLM *multi, ccurl_timer_callback callback, void *user) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, callback);
    return code == CURLM_OK ? curl_multi_setopt(multi, CURLMOPT_TIMERDATA, user) : code;
}

// The result of a finished transfer is in a union, which Swift sees as opaque bytes.
static inline CURLcode ccurl_message_result(const CURLMsg *message) { return message->data.result; }

#endif
