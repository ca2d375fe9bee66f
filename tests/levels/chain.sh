#!/usr/bin/env bash
# Chains of levels with changes of every kind between them are restored by the
# stock restore, level by level.  To run many of them by hand:
#
#     make check TESTS=tests/levels/chain.sh SEEDS="$(seq 1 50)" STEPS=100
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels/levels-lib.sh
. "$top_srcdir/tests/levels/levels-lib.sh"

need_root

# chain SEED LEVEL...
chain () {
	local seed=$1 level n=0
	shift
	rm -rf tree dumpdates tmp/* dumps/*
	make_image a.img 16M -t "${TYPE:-ext4}" -O '^inline_data' -b 1024
	configure_levels levels.conf "$scratch/a.img"
	can_mount a.img now rw || skip "cannot mount: $(cat mount.log)"
	unmount now
	change a.img "$tools/mutate" now --seed "$seed" --steps 60
	for level; do
		dump_level "$level" a.img tree --strict-times
		n=$((n + 1))
		change a.img "$tools/mutate" now --seed "$((seed * 100 + n))" \
		    --steps "${STEPS:-40}"
	done
	[ "$(wc -l <dumpdates)" -eq $# ] || fail "$(cat dumpdates)"
}

for seed in ${SEEDS:-1}; do
	chain "$seed" 0 1 3
	echo "chain $seed is right"
done
