#!/usr/bin/env bash
# Every command and configuration in the documents works: in a directory that
# stands for /, with stand-ins for tape drives, LVM and other machines.
# tests/documents/blocks lists them; commands.py describes its format.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source
need_debugfs
need_restore
need_python
need gcc jq pkg-config ssh-keygen
for name in /etc/rmt /usr/sbin/rmt-dump; do
	[ -x "$name" ] || skip "needs $name"
done
case $scratch in *[[:space:]\'\"]*) skip "scripts contain the name of the scratch directory" ;; esac

world=$scratch/world
mkdir world
bin=world/usr/local/sbin
mkdir -p $bin world/{backup,build,built,conf,demo,empty,mnt,spool,archive,tapes} \
    world/disk{1,2,3,4} world/etc/{dumpengine,systemd/system} world/dev/vg0 \
    world/var/{lib/dumpengine,lib/images,tmp} world/run/dumpengine world/changer \
    world/srv/dumps world/usr/local/share/doc/dumpengine

# ---- Programs: they act on the world instead of this machine.

# stub NAME: its script is on standard input; WORLD is the directory.
stub () {
	{
		echo '#!/bin/sh'
		sed "s,WORLD,$world,g"
	} >"$bin/$1"
	chmod +x "$bin/$1"
}
printf 'export DUMPENGINE_PLUGIN_PATH=WORLD/plugins:%q DUMPENGINE_STATE_DIR=WORLD/var/lib/dumpengine\nexec %q "$@"\n' \
    "$(realpath "$top_builddir")/.libs" "$DUMPENGINE" | stub dumpengine
printf 'export DUMPENGINE_PLUGIN_PATH=%q\nexec %q %s "$@"\n' \
    "$(realpath "$top_builddir")/.libs" "$(realpath "$top_builddir")/dumpengine-restore" \
    "${trusted[*]+"${trusted[*]@Q}"}" | stub dumpengine-restore
printf 'export DUMPENGINE_PLUGIN_PATH=WORLD/plugins:%q DUMPENGINE_STATE_DIR=WORLD/var/lib/dumpengine\nexec %q %s "$@"\n' \
    "$(realpath "$top_builddir")/.libs" "$(realpath "$top_builddir")/dumpengine-copy" \
    "${trusted[*]+"${trusted[*]@Q}"}" | stub dumpengine-copy
printf 'exec %q "$@"\n' "$RESTORE" | stub restore
printf 'exec %q -q "$@"\n' "$MKE2FS" | stub mke2fs
for name in mount systemctl journalctl useradd change-tape next-disk move-volume; do
	echo 'exit 0' | stub "$name"
done
# The snapshot of the second night has the changes until then.
stub lvcreate <<'END'
cp WORLD/dev/vg0/home WORLD/dev/vg0/home-dump &&
    cp WORLD/dev/vg0/home WORLD/dev/vg0/home-snapshot &&
    cp WORLD/changer/home.next WORLD/dev/vg0/home
END
stub lvremove <<'END'
rm -f WORLD/dev/vg0/home-dump
END
stub ssh <<'END'
cd WORLD || exit 1
while test $# -gt 0
do
	case $1 in
	-[oil])	shift 2 ;;
	*)	break ;;
	esac
done
shift
test "$1" != -l || shift 2
test $# -gt 0 || set -- /etc/rmt
exec sh -c "$*"
END
stub df <<'END'
echo Avail
echo 9999999
END
# Run every night, but not in the test of the week.
stub date <<'END'
case $* in
+%u)	echo 1 ;;
*)	exec /bin/date "$@" ;;
esac
END
# A changer with 16 tapes, which are files; the drive is a link to one of them.
stub mtx <<'END'
cd WORLD/changer || exit 1
case $3 in
status)
	echo '  Storage Changer /dev/changer:1 Drives, 16 Slots ( 0 Import/Export )'
	if test -s drive
	then
		slot=$(cat drive)
		printf 'Data Transfer Element 0:Full (Storage Element %d Loaded):VolumeTag = E%05dL8\n' \
		    "$slot" "$slot"
	else
		echo 'Data Transfer Element 0:Empty'
	fi
	for slot in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
	do
		if test "$slot" = "$(cat drive)"
		then
			echo "      Storage Element $slot:Empty"
		else
			printf '      Storage Element %d:Full :VolumeTag=E%05dL8\n' \
			    "$slot" "$slot"
		fi
	done
	;;
load)
	test ! -s drive || exit 1
	echo "$4" >drive
	ln -sfn "WORLD/tapes/$4" WORLD/dev/nst0
	;;
unload)
	test "$(cat drive)" = "$4" || exit 1
	: >drive
	ln -sfn WORLD/tapes/0 WORLD/dev/nst0
	;;
*)	exit 1 ;;
esac
END
stub mt <<'END'
case $3 in
status)	test ! -s WORLD/changer/drive || echo ' ONLINE IM_REP_EN' ;;
rewind | weof | fsf | offline)	;;
*)	exit 1 ;;
esac
END
stub lsscsi <<'END'
test "$*" = -g && echo '[0:0:0:0] mediumx'
END
ln -s "$(realpath "$top_builddir")/.libs" world/build/.libs
ln -s "$(realpath "$top_builddir")/.libs" world/built/.libs
cp $bin/dumpengine $bin/dumpengine-copy world/build
cp $bin/dumpengine world/built

# ---- A filesystem, and dumps of it

mkdir -p tree/al tree/home
echo 'Dear Bo,' >tree/al/letter.txt
head -c 400000 /dev/urandom >tree/al/photo
make_image world/dev/vg0/home 4M tree
debugfs world/dev/vg0/home 'set_inode_field / ctime 20200101000000' \
    'set_inode_field /al ctime 20200101000000' \
    'set_inode_field /home ctime 20200101000000' \
    'set_inode_field /al/letter.txt ctime 20200101000000' \
    'set_inode_field /al/photo ctime 20200101000000'
cp world/dev/vg0/home world/changer/home.next
debugfs world/changer/home.next 'set_inode_field /al/letter.txt ctime 20300101000000'
for copy in dev/vg0/home-snapshot dev/vg0/srv demo/tree.ext4 var/lib/images/mail.ext4; do
	cp world/dev/vg0/home world/$copy
done
truncate -s 8M world/dev/vg0/newhome

# dump LEVEL PATH [SETTING]: dump that filesystem.
dump () {
	cat >fixture.conf <<-END
	dumpdates = "$scratch/dumpdates";
	jobs = ( { name = "home"; level = $1;
	  source = { plugin = "fs-ext2"; device = "world/dev/vg0/home"; };
	  output = { plugin = "out-file"; path = "world/$2"; ${3:-} };
	} );
	END
	engine 0 -c fixture.conf
}
dump 0 backup/home-20261122.dump
dump 0 backup/home-20261122.%v 'volume_size = "256 KiB";'
dump 0 srv/dumps/home-20261124.%v 'volume_size = "256 KiB";'
dump 0 backup/home-0.dump
dump 1 backup/home-1.dump
dump 2 backup/home-2.dump

cp -r tree world

# ---- The changer, and installed files

mkdir -p world/pkgconfig world/plugins
cat >world/pkgconfig/dumpengine.pc <<END
plugindir=$world/plugins
Name: dumpengine
Description: plugins
Version: 0
Cflags: -I"$(realpath "$top_srcdir")/include"
END

: >world/changer/drive
: >world/dev/changer
for slot in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
	: >world/tapes/$slot
done
ln -s "$world/tapes/0" world/dev/nst0
cp "$top_srcdir"/conf/* world/conf
chmod u+w world/conf/*
examples=world/usr/local/share/doc/dumpengine/examples
cp -r world/conf $examples
# Files take the place of tape drives; all paths are in the world.
sed -i -E -e 's,plugin( *)= "out-tape";,plugin = "out-file"; overwrite = true; volume_size = [ "256 KiB"\, "64 MiB" ];,' \
    -e 's,device( *)= "/dev/nst0";,path = "/dev/nst0";,' \
    -e '/^ *protect_days/d' \
    -e "s,(^|:-|[^A-Za-z0-9_./-])/(etc/dumpengine|dev/vg0|dev/nst0|dev/changer|var/lib|run/dumpengine|usr/local)(/|[^A-Za-z0-9]|$),\1$world/\2\3,g" \
    $examples/*
cp $examples/{changer-mtx,changer.conf,nightly-tape,nightly-tape.conf,tape.conf} \
    world/etc/dumpengine

export PYTHONDONTWRITEBYTECODE=1
export PATH=$world/usr/local/sbin:$PATH PKG_CONFIG_PATH=$world/pkgconfig
mv world fixture
"$PYTHON3" "$top_srcdir/tests/documents/commands.py" "$(realpath "$top_srcdir")" \
    "$world" "$scratch/fixture" >commands.log 2>&1 || fail "$(cat commands.log)"
