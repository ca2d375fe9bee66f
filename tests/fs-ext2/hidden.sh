#!/usr/bin/env bash
# Internal files of the filesystem are not in the dump; flags for verity,
# casefold and others do no harm, nor do blocks past the end of a file.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/fs-ext2/fs-ext2-lib.sh
. "$top_srcdir/tests/fs-ext2/fs-ext2-lib.sh"

need_for_fs_ext2

mkdir -p tree/dir/sub dumps
head -c 10000 /dev/urandom >tree/file
head -c 3000 /dev/urandom >tree/dir/sub/verity
head -c 3000 /dev/urandom >value
echo x >tree/dir/x

make_image hidden.img 16M tree -t ext4 -b 1024 \
    -O quota,project,orphan_file,ea_inode \
    -E quotatype=usrquota:grpquota:prjquota
debugfs hidden.img "ea_set -f value file user.value"
dump_restore hidden.img hidden
# Only the root, lost+found and the tree have records.
"$PYTHON3" "$tools/dumpscan" --list dumps/hidden >list
expected=$(($(find tree -mindepth 1 | wc -l) + 2))
got=$(grep -cE '^ +[0-9]+ [a-z-] ' list)
[ "$got" -eq "$expected" ] ||
    fail "$got inodes in the dump, not $expected: $(cat list)"
same_tree tree hidden-restored --no-flags --ignore file
same_file tree/file hidden-restored/file

# Blocks past the end: verity's Merkle tree, and preallocated ones.
make_image flags.img 16M tree -t ext4 -b 1024 -O ^metadata_csum
debugfs flags.img \
    "set_inode_field dir/sub/verity flags 0x180000" \
    "set_inode_field dir flags 0x40080000" \
    "set_inode_field file size 5000"
dump_restore flags.img flags
head -c 5000 tree/file >expected
same_file expected flags-restored/file
same_file tree/dir/sub/verity flags-restored/dir/sub/verity
same_file tree/dir/x flags-restored/dir/x

# Allocated but unwritten blocks are holes, whatever the disk has there.
make_image unwritten.img 16M tree -t ext4 -b 1024 -O ^metadata_csum
"$DEBUGFS" -w -R "fallocate file 20 30" unwritten.img >/dev/null 2>&1
debugfs unwritten.img "set_inode_field file size 31744"
dump_restore unwritten.img unwritten
cp tree/file expected
truncate -s 31744 expected
same_file expected unwritten-restored/file

# The journal is hidden even if it has a name, /.journal, as it was created
# while the filesystem was mounted; there is a note, and nothing is missing.
head -c 1048576 /dev/zero >tree/.journal
make_image named.img 16M tree -t ext2 -b 1024
rm tree/.journal
journal=$("$DEBUGFS" -R "stat .journal" named.img 2>/dev/null |
    sed -n '1s/^Inode: \([0-9]*\).*/\1/p')
debugfs named.img "feature has_journal" \
    "set_super_value journal_inum $journal" \
    "set_inode_field .journal flags 0x50"
make_image reserved.img 16M tree -t ext4 -b 1024
debugfs reserved.img "ln <8> .journal" "ln <7> dir/resize"
for name in named reserved; do
	configure_dump named.conf $name.img dumps/named
	engine 0 -c named.conf
	said 'its entry ".journal" is internal to the filesystem'
	not_said "warning" "NOT COMPLETE"
	scan dumps/named
	restore_dump dumps/named named-restored
	same_tree tree named-restored --no-flags
	rm -rf dumps/named named-restored
done
said '/dir (inode' 'its entry "resize"'

# Files that are only named like quota files are not hidden.
echo quota >tree/aquota.user
make_image quota.img 16M tree -t ext4 -b 1024
dump_restore quota.img quota
same_tree tree quota-restored --no-flags
