#!/usr/bin/env bash
# A plugin that crashes or exits, in any callback, never ends a run with status
# 0 or without a message that names the plugin and the callback.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/misbehave/misbehave-lib.sh
. "$top_srcdir/tests/misbehave/misbehave-lib.sh"
# A sanitizer catches the crash, and exits with a status of its own.
[ -z "${SANITIZER_FLAGS:-}" ] || skip "not under a sanitizer"

acts="crash abort exit _exit"

# ends STATUSES KIND CALLBACK [OPTIONS [JOB]]: for each act, with status 0 and
# with one that would mean something else.
ends () {
	local expected=$1 kind=$2 callback=$3 act value
	for act in $acts; do
		for value in 0 2; do
			[ "$value" = 0 ] || [ "${act%exit}" != "$act" ] || continue
			configure_misbehave "$kind" "$callback" "$act" \
			    "value = $value; ${4:-}" "${5:-}"
			# shellcheck disable=SC2086
			run setsid -w "$DUMPENGINE" -c a.conf ${argument:-}
			case " $expected " in
			*" $status "*) ;;
			*)	fail "$kind: $act($value) in $callback(): exit" \
				    "status $status, not $expected: $(cat err)" ;;
			esac
			said "$callback() of plugin misbehaving-$kind"
			case $act in
			crash)	said "was killed by signal 11" ;;
			abort)	said "was killed by signal 6" ;;
			*)	said "was ended with status $value" \
				    "which a plugin must not do" ;;
			esac
		done
	done
}

# While the configuration is read, and once the run has begun.
ends 1 source create
ends 1 output create
ends 1 eot create
ends 1 source destroy
ends 1 source open
ends 1 source scan_begin
ends 1 source scan_next
ends 1 brief scan_briefly
acts="crash _exit"
ends 1 source read_directory
ends 4 source read_directory "nth = 2;"
ends 4 source map_file
ends "1 4" source read_symlink
ends 4 source read_xattrs
ends 4 source read
ends 4 source scan_end "nth = 3;"
ends 2 source close
acts="crash exit _exit"
ends 4 output open_volume
ends 4 output write
ends 4 output close_volume
ends 4 output begin_readback "verify = true;"
ends 4 output read_record "verify = true;"
ends 4 output settled "window = 2;"
ends 4 output settle "window = 2;"
ends "1 3 4" eot volume_ended
snapshot="state_dir = $(quoted "$scratch"); snapshot = {
    device = \"b\"; create = \"true\"; remove = \"true\"; };"
ends 1 source find_mount_point "" "$snapshot"
acts="crash exit _exit"
argument=--check
ends 1 output check
ends 1 eot check
ends 1 source close
argument=--estimate
ends 1 source scan_next
argument=

# Loading and unloading
for variable in LOAD:dlopen ENTRY:de_plugin_entry UNLOAD:dlclose; do
	for act in crash abort exit _exit; do
		configure_misbehave output none status
		run env "MISBEHAVE_${variable%:*}=$act" "$DUMPENGINE" -c a.conf
		[ "$status" -eq 1 ] || fail "$act, $variable: exit status $status: $(cat err)"
		said "cannot be loaded: the trial process" \
		    "${variable#*:}() of plugin $plugins/misbehaving-"
	done
done

# Where the trial went well, the supervisor is ended, but not with status 0.
for variable in LOAD:dlopen ENTRY:de_plugin_entry; do
	for act in exit _exit _Exit quick; do
		configure_misbehave output none status
		sed -i "s/misbehaving-source/fs-fault/" a.conf
		rm -f later
		run env "MISBEHAVE_${variable%:*}=$act" MISBEHAVE_LATER=later \
		    "$DUMPENGINE" -c a.conf
		[ "$status" -eq 3 ] || fail "$act, $variable, later: exit status $status: $(cat err)"
		said "error: ${variable#*:}() of plugin $plugins/misbehaving-" \
		    "ended the run, which a plugin must not do"
	done
done
