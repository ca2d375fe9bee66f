# shellcheck shell=bash disable=SC2154
# tape-lab-lib.sh - for tests that run on the drives of tests/tools/tape-lab
#
#     . "${top_srcdir:-.}/tests/lib.sh"
#     . "$top_srcdir/tests/tape/tape-lab-lib.sh"
#     [ "${1:-}" = inside ] || in_lab NAME -k data ...	# does not return
#
# The rest of the same script is run in the machine.

# in_lab NAME OPTION...: run this test, tests/tape/NAME, in the lab; with a
# limit.
in_lab () {
	local name=$1
	shift
	[ -z "${SANITIZER_FLAGS:-}" ] || skip "too slow with sanitizers"
	need_root
	need_source
	need_restore
	need_python
	need qemu-system-x86_64 xz
	timeout -k 10 580 "$tools/tape-lab/run" -t 540 "$@" -- \
	    bash "$top_srcdir/tests/tape/$name" inside
	status=$?
	[ "$status" -ne 125 ] || skip "the tape lab cannot run here"
	exit "$status"
}

# configure OUTPUT [EOT [BLOCKING]]: create a.conf for a dump of img to a tape;
# each with a different date.
configure () {
	local eot=
	[ -z "${2:-}" ] ||
	    eot="eot = { plugin = \"eot-script\"; command = \"$2\"; };"
	date=$((date + 1))
	cat >a.conf <<-END_OF_CONF
	jobs = ( {
	  name   = "test";
	  label  = "testing";
	  date   = $date;
	  source = { plugin = "fs-ext2"; device = "$PWD/img"; };
	  output = { plugin = "out-tape"; $1 };
	  $eot
	  ring   = { blocking = ${3:-64}; };
	} );
	END_OF_CONF
}
