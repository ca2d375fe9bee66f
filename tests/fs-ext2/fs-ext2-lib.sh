# shellcheck shell=bash
# fs-ext2-lib.sh - a small tree with everything that an inode can have, and
# filesystems of every kind to hold it

need_for_fs_ext2 () {
	need_source
	need_debugfs
	need_restore
	need_python
}

# small_tree FOLDER [ENTRIES]
small_tree () {
	"$PYTHON3" - "$1" "${2:-300}" <<-'END' || fail "cannot make the tree"
	import os, random, struct, sys

	top, entries = sys.argv[1], int(sys.argv[2])
	os.makedirs(top, exist_ok=True)
	os.chdir(top)
	rng = random.Random(11)


	def write(name, size):
	    with open(name, 'wb') as f:
	        f.write(rng.randbytes(size))


	def acl(*ids):
	    entries = [(1, 6, 0xffffffff)] + [(2, 4, i) for i in ids] + [(4, 4, 0xffffffff), (16, 6, 0xffffffff),
	                                                                 (32, 4, 0xffffffff)]
	    return struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *e) for e in entries)


	os.mkdir('sizes')
	for size in [0, 1, 30, 59, 60, 61, 100, 130, 160, 200, 1023, 1024, 1025, 4095, 4096, 4097, 70000, 300000]:
	    write(f'sizes/{size}', size)
	os.mkdir('sparse')
	for name, pieces, size in [('only', [], 1500000), ('end', [(0, 10)], 600000), ('front', [(500000, 10)], 500010),
	                           ('comb', [(i * 131072, 100) for i in range(40)], 40 * 131072)]:
	    with open('sparse/' + name, 'wb') as f:
	        f.truncate(size)
	        for at, length in pieces:
	            f.seek(at)
	            f.write(rng.randbytes(length))
	os.mkdir('links')
	for length in [1, 3, 4, 5, 58, 59, 60, 61, 100, 150, 500, 1000]:
	    os.symlink(('t/' * 600)[:length], f'links/{length}')
	write('links/file', 5000)
	os.link('links/file', 'links/again')
	os.mkfifo('links/fifo')
	os.mkdir('names')
	for i in range(entries):
	    write(f'names/{i:05}' + 'n' * (i % 100), i % 3)
	for count in range(6):
	    os.makedirs(f'small/{count}')
	    for i in range(count):
	        write(f'small/{count}/entry{i}', i)
	os.mkdir('attributes')
	for name in ['none', 'one', 'two', 'many', 'large']:
	    write('attributes/' + name, 10)
	os.setxattr('attributes/one', 'user.color', b'red')
	os.setxattr('attributes/two', 'user.empty', b'')
	os.setxattr('attributes/two', 'user.x' * 20, b'y' * 33)
	for i in range(12):
	    os.setxattr('attributes/many', f'user.name{i}', rng.randbytes(i * 5))
	os.setxattr('attributes/large', 'user.large', rng.randbytes(700))
	os.setxattr('attributes', 'user.directory', b'd' * 50)
	os.setxattr('attributes', 'user.more', b'm' * 300)
	try:
	    os.setxattr('attributes/one', 'system.posix_acl_access', acl(77))
	    os.setxattr('attributes', 'system.posix_acl_default', acl(77, 78))
	except OSError:
	    pass
	if os.geteuid() == 0:
	    os.setxattr('attributes/two', 'trusted.t', b'trusted')
	    for i, number in enumerate([(1, 3), (8, 255), (8, 256), (300, 5), (4000, 70000)]):
	        os.mknod(f'device{i}', 0o20644 if i % 2 else 0o60644, os.makedev(*number))
	    os.chown('sizes/100', 70000, 2000000000)
	END
}

# dump_restore IMAGE NAME: restore into the directory NAME-restored.
dump_restore () {
	mkdir -p dumps
	configure_dump "$2.conf" "$1" "dumps/$2"
	engine 0 -c "$2.conf"
	not_said "warning"
	scan "dumps/$2"
	restore_dump "dumps/$2" "$2-restored"
}

# comes_back NAME TREE SIZE OPTION of mke2fs...
comes_back () {
	local name=$1 tree=$2 size=$3
	shift 3
	make_image "$name.img" "$size" "$tree" "$@"
	dump_restore "$name.img" "$name"
	same_tree "$tree" "$name-restored" --no-flags
	rm -rf "$name-restored" "dumps/$name" "$name.img"
}
