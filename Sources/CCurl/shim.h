// libcurl for Swift. Its setters are variadic, which Swift cannot call, so each type of value gets a wrapper.
#ifndef CCURL_SHIM_H
#define CCURL_SHIM_H

#define CURL_STRICTER 1
#include <curl/curl.h>

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return curl_easy_setopt(easy, option, value);
}

#endif
