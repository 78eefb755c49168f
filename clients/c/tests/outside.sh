#!/bin/sh
# What a user of the built library meets: outside.sh CHECK BUILD, in clients/c. CC, CXX, CFLAGS and LDFLAGS as in the Makefile.
set -eu
check=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
exec 2>&1

cat > "$work/program.c" <<'END'
#include <llmgw/llmgw.h>
#include <stdio.h>
int main(void) {
    llmgw_client *client = llmgw_client_new(NULL);
    if (!client) {
        return 1;
    }
    llmgw_client_free(client);
    return printf("%s\n", llmgw_version()) < 0;
}
END
echo '#include <llmgw/llmgw.h>' > "$work/header.c"

install_here() {
    # Not the options of the make that runs the tests: it would be told to test again in parallel.
    MAKEFLAGS='' make --no-print-directory -s install DESTDIR="$work/root" PREFIX=/usr ${SANITIZE:+SANITIZE=1} > "$work/log" || {
        cat "$work/log"
        exit 1
    }
    export PKG_CONFIG_SYSROOT_DIR="$work/root" PKG_CONFIG_PATH="$work/root/usr/lib/pkgconfig"
    PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
    export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS PKG_CONFIG_ALLOW_SYSTEM_LIBS
}

case $check in
symbols) # exactly the functions that the header declares
    nm -D --defined-only "$build/libllmgw.so" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort > "$work/exported"
    tr '\n' ' ' < include/llmgw/llmgw.h | grep -o 'LLMGW_API [^;(]*(' | grep -o 'llmgw_[a-z0-9_]*($' | tr -d '(' | sort > "$work/declared"
    test -s "$work/declared"
    diff "$work/declared" "$work/exported"
    ! nm -g --defined-only "$build/libllmgw.a" | awk 'NF == 3 { print $3 }' | grep -v '^llmgw_[a-z]'
    ;;
soname)
    readelf -d "$build/libllmgw.so" | grep 'SONAME.*\[libllmgw\.so\.0\]' > "$work/log"
    test "$(readlink "$build/libllmgw.so")" = libllmgw.so.0
    ;;
header-c11)
    ${CC:-cc} -std=c11 -pedantic-errors -Wall -Wextra -Werror -Iinclude -fsyntax-only "$work/header.c"
    ;;
header-cxx17)
    ${CXX:-c++} -x c++ -std=c++17 -pedantic-errors -Wall -Wextra -Werror -Iinclude -fsyntax-only "$work/header.c"
    ;;
pkg-config)
    install_here
    # shellcheck disable=SC2046,SC2086 # words are wanted
    ${CC:-cc} -std=c11 ${CFLAGS:-} ${LDFLAGS:-} -o "$work/program" "$work/program.c" $(pkg-config --cflags --libs llmgw)
    test "$(LD_LIBRARY_PATH="$work/root/usr/lib" "$work/program")" = "$(pkg-config --modversion llmgw)"
    ;;
static)
    install_here
    rm "$work"/root/usr/lib/*.so*
    # shellcheck disable=SC2046,SC2086
    ${CC:-cc} -std=c11 ${CFLAGS:-} ${LDFLAGS:-} -o "$work/program" "$work/program.c" $(pkg-config --static --cflags --libs llmgw)
    test "$("$work/program")" = "$(pkg-config --modversion llmgw)"
    ;;
man-page)
    # Warnings of the formatter are mistakes in the page.
    if command -v groff > /dev/null; then
        test -z "$(groff -man -Tutf8 -ww -z man/libllmgw.3 2>&1)"
    fi
    grep -q "^.TH LIBLLMGW 3 .*$(sed -n 's/^#define LLMGW_VERSION "\(.*\)"/\1/p' include/llmgw/llmgw.h)" man/libllmgw.3
    ;;
*)
    echo "no such check: $check"
    exit 2
    ;;
esac
