#!/usr/bin/env bash
# With overwrite = true, the old set stays complete until the new one is:
# aborted, failed or killed at any moment, either all volumes are of one set, or
# nothing depends on the old one any more.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source

make_data_image img 4 tree
mkdir state
chmod 700 state

# configure FILE DATE OUTPUT [EOT]
configure () {
	cat >"$1" <<-END
	dumpdates = "dumpdates";
	jobs = ( { name = "test"; date = $2; state_dir = "$scratch/state";
	  source = { plugin = "fs-ext2"; device = "img"; };
	  output = { plugin = "out-file"; overwrite = true;
	    volume_size = "1 MiB"; $3 };
	  ${4:+eot = { $4 \};} } );
	END
}
to_dumps='path = "dumps/v%v";'

# The old set, and a copy of it.
begin () {
	fresh
	rm -rf dumpdates state/*
	configure a.conf 1600000000 "$to_dumps"
	engine 0 -q -c a.conf
	rm -rf old old.dumpdates
	cp -a dumps old
	cp dumpdates old.dumpdates
}

# The distinct dates in the headers of the volumes.
dates () {
	local f
	for f in dumps/v*; do od -An -t d4 -j 4 -N 4 "$f"; done | sort -u
}

noted () { grep -q "Sun Sep 13 12:26:40 2020" dumpdates; }

# all_or_nothing WHAT
all_or_nothing () {
	if noted; then
		diff -rq -x '.dumpengine-*' old dumps >diff.log ||
		    fail "$1: $(cat diff.log)"
	elif [ "$(dates)" -ne 1600001000 ] 2>/dev/null; then
		# Nothing depends on that any more.
		! [ -s dumpdates ] || fail "$1: dumpdates: $(cat dumpdates)"
	fi
}

# ---- Success

begin
[ "$(count_of dumps)" -ge 4 ] || fail "$(count_of dumps) volumes"
configure b.conf 1600001000 "$to_dumps"
engine 0 -q -c b.conf
[ "$(dates | tr -d ' ')" = 1600001000 ] || fail "dates: $(dates)"
[ "$(count_of dumps)" -eq "$(count_of old)" ] || fail "$(ls -A dumps)"
grep -q "12:43:20 2020" dumpdates || fail "dumpdates: $(cat dumpdates)"
no_partial
rm -rf new
cp -a dumps new

# ---- Aborted

begin
configure b.conf 1600001000 "$to_dumps"
# A directory is in the place of volume 4.
rm dumps/v004 old/v004
mkdir dumps/v004 old/v004
run setsid -w "$DUMPENGINE" -q -c b.conf
[ "$status" -eq 4 ] || fail "exit status $status, not 4: $(cat err)"
said "dumps/v004" "is a directory"
same_set old dumps
noted || fail "dumpdates: $(cat dumpdates)"
no_partial

# ---- With a handler, each volume gets its final name at once

begin
cat >handler <<'END'
#!/bin/sh
[ "$DUMPENGINE_VOLUME" = 2 ] && exit 2
exit 0
END
chmod +x handler
configure b.conf 1600001000 "$to_dumps" \
    'plugin = "eot-script"; command = "./handler";'
engine 3 -q -c b.conf
! noted || fail "volumes were replaced, and dumpdates still has their dump"
cmp -s dumps/v001 new/v001 || fail "the handler did not see the new volume"
no_partial

# ---- Killed at each renaming

cat >preload.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
/* All processes of the run die at the change of that number. */
static void moment(void)
{
	struct stat st;
	int fd = open("count", O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (write(fd, "x", 1) == 1 && fstat(fd, &st) == 0 &&
	    st.st_size == atoi(getenv("DIE_AT")))
		kill(0, SIGKILL);
	close(fd);
}
int rename(const char *from, const char *to)
{
	int (*real)(const char *, const char *) =
	    (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
	moment();
	int result = real(from, to);
	return result;
}
int renameat(int a, const char *from, int b, const char *to)
{
	int (*real)(int, const char *, int, const char *) =
	    (int (*)(int, const char *, int, const char *))
	    dlsym(RTLD_NEXT, "renameat");
	moment();
	return real(a, from, b, to);
}
int unlinkat(int at, const char *name, int flags)
{
	int (*real)(int, const char *, int) =
	    (int (*)(int, const char *, int))dlsym(RTLD_NEXT, "unlinkat");
	moment();
	return real(at, name, flags);
}
END
if [ -z "${SANITIZER_FLAGS:-}" ] &&
    ${CC:-cc} -shared -fPIC -o preload.so preload.c -ldl 2>cc.log; then
	configure c.conf 1600002000 "$to_dumps"
	finished=0
	for ((at = 1; ; at++)); do
		[ "$at" -le 60 ] || fail "it changes names for ever"
		begin
		configure b.conf 1600001000 "$to_dumps"
		rm -f count
		DIE_AT=$at LD_PRELOAD=$scratch/preload.so \
		    run setsid -w "$DUMPENGINE" -c b.conf
		[ "$status" -ne 0 ] || break
		all_or_nothing "killed at $at"
		mixed=$(dates | wc -l)
		# Whoever comes next finishes a complete set, even under
		# another name, and removes all other leftovers.
		configure d.conf 1600003000 'path = "dumps/other%v";'
		engine 0 -c d.conf
		! grep -q "their final names" err || finished=$((finished + 1))
		[ "$(dates | wc -l)" -eq 1 ] ||
		    fail "killed at $at: two dumps: $(dates): $(cat err)"
		[ "$mixed" -eq 1 ] || said "their final names"
		no_partial
		# And writing it once more works.
		engine 0 -q -c c.conf
		[ "$(dates | tr -d ' ')" = 1600002000 ] ||
		    fail "killed at $at: dates: $(dates)"
	done
	[ "$finished" -gt 2 ] || fail "only $finished sets were finished"
fi

# ---- A small disk

is_root || exit 0
rm -rf dumps
mkdir dumps
mount -t tmpfs -o size=8m tmpfs dumps 2>mount.log || exit 0
mounted+=("$scratch/dumps")
fresh () { rm -rf dumps/*; }
begin
configure b.conf 1600001000 "$to_dumps"
engine 0 -c b.conf
said "no room for the old and the new dump"
diff -rq new dumps >diff.log || fail "$(cat diff.log)"
grep -q "12:43:20 2020" dumpdates || fail "dumpdates: $(cat dumpdates)"
no_partial

# Not even enough for that.
begin
head -c 3000000 /dev/zero >dumps/other
configure b.conf 1600001000 "$to_dumps"
run setsid -w "$DUMPENGINE" -c b.conf
[ "$status" -eq 0 ] || [ "$status" -eq 4 ] || fail "exit status $status: $(cat err)"
all_or_nothing "a full disk"
no_partial
