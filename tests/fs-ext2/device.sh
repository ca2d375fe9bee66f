#!/usr/bin/env bash
# A device is named as for dump(8): by its path, label, UUIDs, mount point or
# entry in fstab; errors name the device that is meant.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need_source
need_restore
need_root
need losetup findfs unshare

mkdir dumps tree mnt tree/dir
echo x >tree/x
echo y >tree/dir/y
label=de$$
make_image a.img 8M tree -t ext4 -L "$label"
device=
clean_up_device () {
	umount "$scratch/bound" 2>/dev/null
	umount "$scratch/mnt" 2>/dev/null
	[ -z "$device" ] || losetup -d "$device" 2>/dev/null
	[ -z "${disk:-}" ] || losetup -d "$disk" 2>/dev/null
	clean_up
}
trap clean_up_device EXIT
device=$(losetup -f --show a.img) || skip "needs loop devices"
uuid=$(blkid -p -o value -s UUID "$device")

# dump NAME: configure a dump, with a dumpdates file.
dump () {
	rm -f dumps/d dumpdates
	configure_dump n.conf "$1" dumps/d
	{
		echo "dumpdates = \"$scratch/dumpdates\";"
		sed "s|^  name |  state_dir = \"$scratch/state\"; name |" n.conf
	} >d.conf
}

# means NAME [COMMAND...]: it is dumped as that device.
means () {
	local name=$1
	shift
	dump "$name"
	run "$@" "$DUMPENGINE" -c d.conf
	[ "$status" -eq 0 ] || fail "$name: exit status $status: $(cat err)"
	said "dumping $device (ext4 $label"
	not_said "warning"
	"$RESTORE" -t -f dumps/d 2>/dev/null | grep -q '\./x$' ||
	    fail "$name: x is not in the dump"
	# As dump(8) has it in the header of a volume, at byte 760.
	got=$(dd if=dumps/d bs=1 skip=760 count=64 status=none | tr -d '\0')
	[ "$got" = "$device" ] || fail "$name: the header has \"$got\""
}

means "$device"
[ "$(findfs "LABEL=$label")" = "$device" ] || skip "findfs finds no label"
means "LABEL=$label"
means "LABEL=\"$label\""
means "UUID=$uuid"

# dumpdates has it by its path too, and an entry under the configured name is
# found.
dump "LABEL=$label"
engine 0 -c d.conf
grep -q "^$device " dumpdates || fail "dumpdates: $(cat dumpdates)"
for name in "$device" "LABEL=$label"; do
	sed -i "s|^[^ ]*|$name|" dumpdates
	sed "s/date   = .*/date = $((date + 1000));/" d.conf >l.conf
	rm -rf dumps/d state
	engine 0 --level 1 -c l.conf
	said "date of last level 0 dump"
	not_said "assuming a level 0"
	grep -q "^$device  *1 " dumpdates || fail "dumpdates: $(cat dumpdates)"
	sed -i '/ 1 /d' dumpdates
done
rm dumpdates

# The snapshot is of the device, however that is named.
cat >s.conf <<END
jobs = ( {
  name = "snap";
  state_dir = "$scratch/state";
  source = { plugin = "fs-ext2"; device = "LABEL=$label"; };
  snapshot = {
    device = "$scratch/snap.img";
    create = "cat \"\$DUMPENGINE_DEVICE\" >snap.img && printf '%s' \"\$DUMPENGINE_DEVICE\" >of";
    remove = "rm snap.img";
  };
  output = { plugin = "out-file"; path = "dumps/s"; };
} );
END
engine 0 -c s.conf
[ "$(cat of)" = "$device" ] || fail "the snapshot is of \"$(cat of)\""
got=$(dd if=dumps/s bs=1 skip=760 count=64 status=none | tr -d '\0')
[ "$got" = "$device" ] || fail "the header has \"$got\""

mount -o ro "$device" mnt || skip "cannot mount"
means "$scratch/mnt"
means "mnt"
means "$scratch/mnt/"

dump "$scratch/mnt/dir"
engine 1 -c d.conf
said "$scratch/mnt/dir: is a directory but not a mount point" \
    "device = \"$device\"" 'subtree = "dir"'
mkdir bound
mount --bind mnt/dir bound || fail "cannot bind"
dump "$scratch/bound"
engine 1 -c d.conf
said "$scratch/bound: only the directory /dir of $device is mounted there" \
    "device = \"$device\"" 'subtree = "dir"'
umount bound
umount mnt

# An unmounted device may have an entry.
cat >fstab <<END
LABEL=$label $scratch/mnt ext4 noauto 0 0
$device /nonexistent/place ext4 noauto 0 0
END
with_fstab () {
	unshare -m --propagation slave sh -c "$let_go"'
	    mount --bind fstab /etc/fstab && exec "$@"' - "$@"
}
if [ -e /etc/fstab ] && with_fstab true; then
	means "$scratch/mnt" with_fstab
	means /nonexistent/place with_fstab
	means nonexistent/place with_fstab
fi

dump /proc
engine 1 -c d.conf
said "/proc: what is mounted there (proc) is not on a block device"
dump LABEL=nonexistent
engine 1 -c d.conf
said "LABEL=nonexistent: no such device" "blkid"
dump /nonexistent
engine 1 -c d.conf
said "/nonexistent: No such file or directory"

# A device that holds something else is described.
truncate -s 0 empty
dump empty
engine 1 -c d.conf
said "empty: holds no ext2, ext3 or ext4 filesystem: it is empty"
{ printf 'QFI\373\0\0\0\003'; head -c 100000 /dev/zero; } >q.img
dump q.img
engine 1 -c d.conf
said "it is a QEMU disk image (qcow2)"
if command -v mkswap >/dev/null; then
	head -c 1M /dev/zero >swap
	mkswap swap >/dev/null 2>&1 || fail "mkswap"
	dump swap
	engine 1 -c d.conf
	said "swap: holds no ext2, ext3 or ext4 filesystem: it is swap"
fi
head -c 100000 /dev/zero >zeros
dump zeros
engine 1 -c d.conf
said "zeros: holds no ext2, ext3 or ext4 filesystem, nor anything else"
if command -v sfdisk >/dev/null; then
	truncate -s 12M disk.img
	printf 'label: dos\n2048,16384\n' | sfdisk -q disk.img ||
	    fail "sfdisk"
	dd if=a.img of=disk.img bs=1M seek=1 conv=notrunc status=none
	dump disk.img
	engine 1 -c d.conf
	said "it is a whole disk with a partition table (dos)" "losetup -P"
	if disk=$(losetup -f --show -P disk.img 2>/dev/null) &&
	    wait_for 5 test -b "${disk}p1"; then
		dump "$disk"
		engine 1 -c d.conf
		said "possibly meant: ${disk}p1 (ext4)"
		dump "${disk}p1"
		engine 0 -c d.conf
	fi
fi
