#include "CSimdjson.h"

#include <simdjson.h>

#include <cstring>
#include <new>
#include <type_traits>

using namespace simdjson;

struct csimdjson_document {
    dom::document document;
};

// simdjson's elements and iterators are a pointer and an index, which is all that C has to carry.
template <typename T> static csimdjson_value pack(T value) {
    static_assert(sizeof(T) == sizeof(csimdjson_value) && std::is_trivially_copyable_v<T>);
    csimdjson_value packed;
    std::memcpy(&packed, &value, sizeof packed);
    return packed;
}

template <typename T> static T unpack(csimdjson_value packed) {
    static_assert(sizeof(T) == sizeof(csimdjson_value) && std::is_trivially_copyable_v<T>);
    alignas(T) unsigned char bytes[sizeof(T)];
    std::memcpy(bytes, &packed, sizeof bytes);
    return *std::launder(reinterpret_cast<T *>(bytes));
}

static dom::element element(csimdjson_value value) { return unpack<dom::element>(value); }

// A parser keeps room for the largest text that it has read.
static constexpr size_t kept = 64 << 10;

csimdjson_document *csimdjson_parse(const void *bytes, size_t count, csimdjson_value *root) {
    thread_local dom::parser own;
    dom::parser large;
    auto *result = new (std::nothrow) csimdjson_document;
    if (!result) { return nullptr; }
    auto &parser = count <= kept ? own : large;
    dom::element found;
    if (parser.parse_into_document(result->document, static_cast<const uint8_t *>(bytes), count).get(found)) {
        delete result;
        return nullptr;
    }
    *root = pack(found);
    return result;
}

void csimdjson_free(csimdjson_document *document) { delete document; }

csimdjson_kind csimdjson_kind_of(csimdjson_value value) {
    const auto json = element(value);
    switch (json.type()) {
    case dom::element_type::OBJECT: return CSIMDJSON_OBJECT;
    case dom::element_type::ARRAY: return CSIMDJSON_ARRAY;
    case dom::element_type::STRING: return CSIMDJSON_STRING;
    case dom::element_type::INT64: return CSIMDJSON_INTEGER;
    case dom::element_type::UINT64: return CSIMDJSON_UNSIGNED;
    case dom::element_type::DOUBLE: return CSIMDJSON_REAL;
    case dom::element_type::BOOL: return bool(json) ? CSIMDJSON_TRUE : CSIMDJSON_FALSE;
    default: return CSIMDJSON_NULL;
    }
}

const char *csimdjson_string(csimdjson_value value, size_t *count) {
    std::string_view text = element(value).get_string().value_unsafe();
    *count = text.size();
    return text.data();
}

int64_t csimdjson_integer(csimdjson_value value) { return element(value).get_int64().value_unsafe(); }
uint64_t csimdjson_unsigned(csimdjson_value value) { return element(value).get_uint64().value_unsafe(); }
double csimdjson_real(csimdjson_value value) { return element(value).get_double().value_unsafe(); }

bool csimdjson_member(csimdjson_value value, const char *name, size_t count, csimdjson_value *member) {
    dom::object object;
    if (element(value).get(object)) { return false; }
    const std::string_view wanted(name, count);
    bool found = false;
    for (const auto field : object) {
        if (field.key != wanted) { continue; }
        *member = pack(field.value);
        found = true;
    }
    return found;
}

csimdjson_children csimdjson_children_of(csimdjson_value value) {
    csimdjson_children children = {};
    dom::object object;
    dom::array array;
    if (!element(value).get(object)) {
        children = {pack(object.begin()), pack(object.end()), true};
    } else if (!element(value).get(array)) {
        children = {pack(array.begin()), pack(array.end()), false};
    }
    return children;
}

bool csimdjson_next(csimdjson_children *children, csimdjson_value *child, const char **name, size_t *count) {
    if (children->next.index == children->end.index) { return false; }
    if (children->has_names) {
        auto next = unpack<dom::object::iterator>(children->next);
        const auto key = next.key();
        *name = key.data();
        *count = key.size();
        *child = pack(next.value());
        children->next = pack(++next);
    } else {
        auto next = unpack<dom::array::iterator>(children->next);
        *child = pack(*next);
        children->next = pack(++next);
    }
    return true;
}
