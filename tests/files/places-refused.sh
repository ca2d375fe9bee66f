#!/usr/bin/env bash
# Places where no file is created, and what --check finds in advance.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source

mkdir dumps tree
echo x >tree/x
make_image a.img 4M tree -t ext4

# refused NAME TEXT...: as the path of out-file, by --check as well.
refused () {
	local name=$1
	shift
	configure_dump a.conf a.img "$name"
	engine 1 --check -c a.conf
	said "$@"
	not_said "ready to dump"
	run setsid -w "$DUMPENGINE" -q -c a.conf
	[ "$status" -ne 0 ] || fail "$name: exit status 0"
}

# ---- Names of devices that do not exist

name=dumpengine-test-$$
ln -s "/dev/$name" dangling
ln -s /dev folder
for path in "/dev/$name" "/dev/../dev/$name" "folder/$name" dangling \
    "/proc/$name" "/sys/$name" "/proc/self/../$name"; do
	refused "$path" "$path" "files cannot be kept in"
	[ ! -e "/dev/$name" ] || {
		rm -f "/dev/$name"
		fail "$path: a file was created in /dev"
	}
done
# With an old file in place of a device, left by such a run.
if is_root && echo old >"/dev/$name" 2>/dev/null; then
	sed 's/path = /overwrite = true; &/' a.conf >b.conf
	sed -i "s,\"/proc/[^\"]*\",\"/dev/$name\"," b.conf
	run "$DUMPENGINE" --check -c b.conf
	rm "/dev/$name"
	[ "$status" -eq 1 ] || fail "exit status $status: $(cat err)"
	said "is a regular file in /dev"
fi
if [ -w /dev/shm ]; then
	configure_dump a.conf a.img "/dev/shm/$name"
	engine 0 -q -c a.conf
	[ -s "/dev/shm/$name" ] || fail "no dump in /dev/shm"
	rm "/dev/shm/$name"
fi

# The same for the other files that are created.
for place in /dev /proc; do
	cat >a.conf <<-END
	dumpdates = "$place/$name";
	jobs = ( { name = "test"; source = { plugin = "fs-ext2";
	    device = "a.img"; };
	  output = { plugin = "out-file"; path = "dumps/a"; }; } );
	END
	engine 1 --check -c a.conf
	said "$place/$name" "files cannot be kept in $place"
	engine 1 -q -c a.conf
	[ ! -e "$place/$name" ] || {
		rm -f "$place/$name"
		fail "dumpdates was created in $place"
	}
done

# ---- Failures that would occur in the first minute

refused dumps/missing/a "dumps/missing/a" "directory does not exist"
refused /dev/full "/dev/full" "always full"
refused /dev/zero/x "/dev/zero/x" "Not a directory"
refused /proc/version "/proc/version" "regular file in /proc"
refused /dev/random "/dev/random" "not a device that can hold a dump"

# ---- Failures that would occur at the first change of volume

# later STATUS OUTPUT [EOT]
later () {
	configure_job a.conf 'plugin = "fs-ext2"; device = "b.img";' \
	    "plugin = \"out-file\"; $2"
	[ -z "${3:-}" ] || sed -i "s,^} );,eot = { $3 }; } );," a.conf
	engine "$1" --check -c a.conf
}
head -c 6000000 /dev/urandom >tree/data
make_image b.img 16M tree -t ext4 -O ^has_journal
later 1 'path = [ "dumps/1", "missing/2" ];'
said "missing/2" "directory does not exist"
later 1 'path = "dumps/a"; volume_size = "1 MiB";'
said "dumps/a would hold both volume 1 and volume 2" "%v"
echo x >dumps/a002
later 1 'path = "dumps/a%v"; volume_size = "1 MiB";'
said "dumps/a002" "already exists"
later 0 'path = "dumps/a%v"; volume_size = "1 GiB";'
later 0 'path = [ "dumps/1", "missing/2" ];' \
    'plugin = "eot-script"; command = "true";'
