#!/usr/bin/env bash
# Whichever allocation fails while the configuration is read and checked, and
# whether those after it do, it is said so, with exit status 1; nothing crashes.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

[ -z "$SANITIZER_FLAGS" ] || skip "a sanitizer has allocations of its own"
cat >preload.c <<'END'
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);

static long at = -1, calls;
static int forever;

/* FAIL_AT=N: the allocation N fails; N-: and all after it. */
static int
fails(void)
{
	if (at == -1) {
		const char *text = getenv("FAIL_AT");
		char *end;
		at = text == NULL ? 0 : strtol(text, &end, 10);
		forever = text != NULL && *end == '-';
	}
	calls++;
	if (at == 0 || (forever ? calls < at : calls != at))
		return 0;
	errno = ENOMEM;
	return 1;
}

__attribute__((destructor))
static void
tell(void)
{
	const char *fd = getenv("COUNT_FD");
	char text[24];
	int n = sizeof(text);

	text[--n] = '\n';
	for (long c = calls; c > 0; c /= 10)
		text[--n] = (char)('0' + c % 10);
	if (fd != NULL && write(atoi(fd), text + n, sizeof(text) - (size_t)n) < 0)
		abort();
}

void *malloc(size_t size) { return fails() ? NULL : __libc_malloc(size); }
void *calloc(size_t n, size_t size) { return fails() ? NULL : __libc_calloc(n, size); }
void *realloc(void *p, size_t size) { return fails() ? NULL : __libc_realloc(p, size); }
END
${CC:-cc} -shared -fPIC -o preload.so preload.c 2>cc.log ||
    skip "needs a compiler for a preload: $(cat cc.log)"

mkdir dumps
configure_job a.conf "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so");" \
    'plugin = "out-file"; path = ["dumps/a", "dumps/b"]; volume_size = ("1 MiB", "2 MiB");'
sed -i '5s/^/exclude = [ "a", "b\/c", "#12" ]; dumpdates = "dd";\n@include "more.conf"\n/' a.conf
echo 'honor_nodump = 1;' >more.conf
: >dd

env LD_PRELOAD="$scratch/preload.so" COUNT_FD=9 "$program" "${trusted[@]}" \
    --check -c a.conf \
    >out 2>err 9>count </dev/null
[ -s count ] || skip "the allocations cannot be counted: $(cat err)"
n=$(sort -n count | tail -n 1)
[ "$n" -gt 50 ] || fail "only $n allocations"

# What the machine does not need to go on may fail in silence.
failed=0
attempt () {
	timeout 30 env LD_PRELOAD="$scratch/preload.so" FAIL_AT="$1" \
	    "$program" "${trusted[@]}" --check -c a.conf >out 2>err </dev/null
	status=$?
	case $status in
	0) ;;
	1)
		[ -s err ] || fail "allocation $1: status 1, and no word"
		failed=$((failed + 1))
		;;
	*) fail "allocation $1 of $n: exit status $status: $(cat err)" ;;
	esac
}
for ((i = 1; i <= n; i++)); do
	attempt "$i"
done
[ "$failed" -gt $((n / 3)) ] || fail "only $failed of $n made a difference"
for ((i = 1; i <= n; i += 7)); do
	attempt "$i-"
	[ "$status" -eq 1 ] || [ "$i" -gt $((n - 20)) ] ||
	    fail "no memory from allocation $i on, and exit status $status"
done
echo "$n allocations"
