#!/usr/bin/env bash
# The program and the plugins are built with hardening, so that bugs are harder
# to exploit; configure sets the flags.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

[ -z "${SANITIZER_FLAGS:-}" ] || skip "sanitizers do not go with hardening"
[ "${HARDENING:?}" != no ] || skip "built with --disable-hardening"
need readelf

# configure has dropped no flag that current compilers support.
flags="$HARDENING_CFLAGS $HARDENING_LDFLAGS "
for flag in -fstack-protector-strong -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack; do
	case $flags in
	*" $flag "*) ;;
	*) fail "configure left out $flag: $flags" ;;
	esac
done

# has WHAT PATTERN: in the file that `about` and `symbols` describe.
has () { grep -qE -- "$2" about || fail "$file: no $1: $(cat about)"; }

plugins=("$DUMPENGINE_PLUGIN_PATH"/*.so)
[ -e "${plugins[0]}" ] || fail "no plugins in $DUMPENGINE_PLUGIN_PATH"
protected=0
fortified=0
for file in "$program" "${plugins[@]}"; do
	readelf -hldW "$file" >about 2>readelf.log ||
	    fail "readelf $file: $(cat readelf.log)"
	has "read-only relocations" '^ *GNU_RELRO '
	has "immediate binding" '\(FLAGS_1\).* NOW'
	has "stack that is not executed" '^ *GNU_STACK .* RW +0x'
	readelf --dyn-syms -W "$file" >symbols
	! grep -q '__stack_chk_fail' symbols || protected=$((protected + 1))
	! grep -qE '__[a-z]+_chk(@|$)' symbols || fortified=$((fortified + 1))
done
count=$((${#plugins[@]} + 1))
[ "$protected" -eq "$count" ] ||
    fail "the stack is protected in $protected files of $count"
case $flags in
*_FORTIFY_SOURCE*)
	[ "$fortified" -eq "$count" ] ||
	    fail "calls are fortified in $fortified files of $count"
esac

file=$program
readelf -hldW "$file" >about
has "position-independent code" '^ *Type: *DYN'
has "mark of a position-independent program" '\(FLAGS_1\).* PIE'
