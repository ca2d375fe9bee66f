#!/usr/bin/env bash
# out-rmt when the medium is full in the middle of the window: the set has the
# same contents as one volume, nothing twice, and files end with a complete
# record.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
. "$top_srcdir/tests/volumes/volumes-lib.sh"
. "$top_srcdir/tests/rmt/rmt-lib.sh"

need_rmt
need setsid

plain_set

while read -r capacity how; do
	fresh
	# shellcheck disable=SC2086
	configure_set a.conf img "$(to_rmt "$short/dumps/%v" \
	    "$(server --capacity "$capacity" $how)" "window = 6;")" "$ring"
	ends 0 "the disk there is full after" "rewriting it"
	whole
	[ "$(stat -c %s dumps/001)" -le $((capacity * 4096)) ] ||
	    fail "volume 1 has $(stat -c %s dumps/001) bytes"
done <<'END'
33
20 --rest 1000
33 --rest 1000 --quiet-rest --hold 10
END
fresh
configure_set a.conf img "$(to_rmt "$short/dumps/one" \
    "$(server --capacity 20)")" "$ring"
ends 4 "the disk there is full after 81920 bytes" \
    "holds an earlier volume of this dump"
fresh
configure_set a.conf img "$(to_rmt "$short/dumps/one" \
    "$(server --capacity 0)")" "$ring"
ends 4 "the disk is full on host: no room for even the first record"
not_said "holds only 0 tape blocks"
# A later volume on the same disk: tried once, not again by each attempt.
fresh
configure_set a.conf img "$(to_rmt "$short/dumps/%v" \
    "$(server --disk 20)")" "$ring"
ends 4 "the disk is full on host: no room for even the first record"
[ "$(grep -c "no room for even the first record" err)" -eq 1 ] ||
    fail "it is retried: $(cat err)"

# A real disk, with both servers.
local_rsh rsh
if is_root && mkdir disk && mount -t tmpfs -o size=100k none disk 2>/dev/null
then
	mounted+=("$scratch/disk")
	for server in "${servers[@]}"; do
		fresh
		rm -f disk/*
		configure_set a.conf img "plugin = \"out-rmt\"; target =
		    [ \"h:$short/disk/001\", \"h:$short/dumps/%v\" ];
		    rsh = $(quoted "$scratch/rsh"); rmt = $(quoted "$server");" \
		    "blocking = 3;"
		ends 0 "the disk there is full after 101376 bytes"
		[ "$(stat -c %s disk/001)" -le 101376 ] ||
		    fail "$(stat -c %s disk/001) bytes on the disk"
		cp disk/001 dumps/001
		scan_set dumps/*
		if [ -n "${RESTORE:-}" ]; then
			rm -rf back
			restore_set back dumps/*
			same_tree tree back
		fi
	done
fi
