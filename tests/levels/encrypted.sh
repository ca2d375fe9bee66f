#!/usr/bin/env bash
# Encrypted directories are dumped empty; each is named, as are encrypted files
# elsewhere, and the rest is a complete dump.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels/levels-lib.sh
. "$top_srcdir/tests/levels/levels-lib.sh"

need_debugfs
mkdir -p tree/secret/sub/deep tree/plain/below
echo 1 >tree/secret/1
echo 2 >tree/secret/sub/2
echo 3 >tree/secret/sub/deep/3
echo 4 >tree/plain/4
echo 5 >tree/plain/below/5
make_image a.img 8M tree -t ext4
debugfs a.img "feature encrypt" \
    "set_inode_field /secret flags 0x80800" \
    "set_inode_field /secret/1 flags 0x80800" \
    "set_inode_field /secret/sub flags 0x80800" \
    "set_inode_field /secret/sub/2 flags 0x80800" \
    "set_inode_field /secret/sub/deep flags 0x80800" \
    "set_inode_field /secret/sub/deep/3 flags 0x80800" \
    "set_inode_field /plain/4 flags 0x80800"
configure_levels levels.conf "$scratch/a.img"
engine 2 -c levels.conf
said "/secret (inode" "its contents are left out: it is encrypted" \
    "/secret/sub (inode" "/secret/sub/deep (inode" \
    "left out with all its contents: it is encrypted" \
    "/plain/4 (inode"
[ "$(grep -c encrypted err)" -eq 4 ] || fail "$(cat err)"
scan dumps/0
restore_dump dumps/0 restored
rm -r tree/secret/* tree/plain/4
find tree -type d -exec touch -d @0 {} +
find restored -type d -exec touch -d @0 {} +
same_tree tree restored --no-flags

# Excluded ones are not reported.
configure_levels levels.conf "$scratch/a.img" 'exclude = [ "secret", "4" ];'
engine 0 -c levels.conf
not_said "encrypted"
