#!/usr/bin/env bash
# A plugin that is missing, invalid or broken is refused with a specific reason
# and
# exit status 1.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

mkdir dumps
declare -A seen

# refused PLUGIN TEXT...: as the output of a job, and by --plugin-help.
refused () {
	local plugin=$1 reason
	shift
	configure_job a.conf \
	    "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so");" \
	    "plugin = $(quoted "$plugin");"
	engine 1 -c a.conf
	said "a.conf:6: plugin: " "$@"
	printed_nothing
	[ "$(wc -l <err)" -eq 1 ] || fail "more than one message: $(cat err)"
	reason=$(sed "s|$plugin||; s|^[^ ]* ||" err)
	[ -z "${seen[$reason]:-}" ] ||
	    fail "$plugin and ${seen[$reason]} have the same message: $reason"
	seen[$reason]=$plugin
	engine 1 --plugin-help "$plugin"
	said "$@"
	printed_nothing
}

bad () {
	local name=$1
	shift
	refused "$TEST_PLUGINS/$name.so" "$TEST_PLUGINS/$name.so" "$@"
}

refused out-nothing "no plugin out-nothing" "$DUMPENGINE_PLUGIN_PATH" \
    "--list-plugins"
refused ./missing.so "./missing.so: no such file"
echo "this is a text and no program, though it is long enough for one" >text.so
refused ./text.so "text.so" "cannot load"
: >empty.so
refused ./empty.so "empty.so" "cannot load"
refused "$TEST_PLUGINS" "cannot load"
bad bad-version "version 99" "rebuild"
bad bad-entry "not a dumpengine plugin" "de_plugin_entry"
bad bad-nothing "returned NULL"
bad bad-short "DE_PLUGIN_ABI"
bad bad-name "has no name"
bad bad-create "callback create"
bad bad-write "callback output.write"
bad bad-output "lacks the callback output,"
bad bad-settle "callback output.settled"
bad bad-reading "callback output.read_record"
bad bad-closing "callback output.close_reading"
bad bad-telling "callback output.go_to"
bad bad-readback "callback output.begin_readback"
bad bad-source "callback source.open"
bad bad-kind "of kind 77"
bad bad-default "default"
bad bad-help "depth" "no help"
bad bad-table "no end"
bad bad-size "option_size"
bad bad-symbol "undefined symbol: a_function_that_nobody_has"

# One of the wrong kind is a plugin, but not for that place.
configure_job a.conf "plugin = $(quoted "$TEST_PLUGINS/out-fault.so");" \
    "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so");"
engine 1 -c a.conf
said "a.conf:5: plugin: " "of kind output; expected one of kind source" \
    "a.conf:6: plugin: " "of kind source; expected one of kind output"

# One whose create() fails is found when the job begins.
configure_job a.conf "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so");" \
    "plugin = $(quoted "$TEST_PLUGINS/bad-instance.so");"
for check in "" --check; do
	# shellcheck disable=SC2086
	engine 1 $check -c a.conf
	said "a.conf:6: plugin: bad: out of luck today"
	not_said "volume 1"
done

# One built against a later header is accepted.
configure_job a.conf "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so");" \
    "plugin = $(quoted "$TEST_PLUGINS/new-output.so"); width = 6;"
engine 0 -c a.conf
