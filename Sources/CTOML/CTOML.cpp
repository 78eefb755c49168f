#include "CTOML.h"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
// toml++ 3.3 asserts that a key begins as keys do before it looks whether it does: "[!]" would end the process instead of being refused.
// With NDEBUG it would take the same for granted.
#undef NDEBUG
#define TOML_ASSERT(expr) static_cast<void>(0)
#include <toml++/toml.h>

#include <cstdio>
#include <iterator>

struct ctoml_document {
    toml::parse_result result;
};

static const toml::node &node_of(ctoml_node node) { return *reinterpret_cast<const toml::node *>(node); }
static ctoml_node tag(const toml::node &node) { return reinterpret_cast<ctoml_node>(&node); }

static toml::table::const_iterator member(ctoml_node node, size_t index) {
    return std::next(node_of(node).as_table()->cbegin(), static_cast<std::ptrdiff_t>(index));
}

ctoml_document *ctoml_parse(const char *text, size_t length, struct ctoml_error *error) {
    auto result = toml::parse(std::string_view(text, length));
    if (!result) {
        error->line = static_cast<uint32_t>(result.error().source().begin.line);
        const auto description = result.error().description();
        std::snprintf(error->message, sizeof error->message, "%.*s", static_cast<int>(description.size()), description.data());
        return nullptr;
    }
    return new ctoml_document{std::move(result)};
}

void ctoml_free(ctoml_document *document) { delete document; }

ctoml_node ctoml_root(const ctoml_document *document) { return tag(document->result.table()); }

enum ctoml_kind ctoml_node_kind(ctoml_node node) {
    switch (node_of(node).type()) {
    case toml::node_type::table: return CTOML_TABLE;
    case toml::node_type::array: return CTOML_ARRAY;
    case toml::node_type::string: return CTOML_STRING;
    case toml::node_type::integer: return CTOML_INTEGER;
    case toml::node_type::floating_point: return CTOML_FLOAT;
    case toml::node_type::boolean: return CTOML_BOOLEAN;
    default: return CTOML_DATE_OR_TIME;
    }
}

uint32_t ctoml_node_line(ctoml_node node) { return static_cast<uint32_t>(node_of(node).source().begin.line); }

size_t ctoml_count(ctoml_node node) {
    if (const auto *table = node_of(node).as_table()) { return table->size(); }
    if (const auto *array = node_of(node).as_array()) { return array->size(); }
    return 0;
}

ctoml_node ctoml_child(ctoml_node node, size_t index) {
    if (const auto *array = node_of(node).as_array()) { return tag(*array->get(index)); }
    return tag(member(node, index)->second);
}

const char *ctoml_key(ctoml_node node, size_t index, size_t *length) {
    const auto key = member(node, index)->first.str();
    *length = key.size();
    return key.data();
}

uint32_t ctoml_key_line(ctoml_node node, size_t index) {
    return static_cast<uint32_t>(member(node, index)->first.source().begin.line);
}

const char *ctoml_string(ctoml_node node, size_t *length) {
    const auto &text = node_of(node).as_string()->get();
    *length = text.size();
    return text.data();
}

int64_t ctoml_integer(ctoml_node node) { return node_of(node).as_integer()->get(); }
double ctoml_float(ctoml_node node) { return node_of(node).as_floating_point()->get(); }
bool ctoml_boolean(ctoml_node node) { return node_of(node).as_boolean()->get(); }
