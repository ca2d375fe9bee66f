#!/usr/bin/env bash
# Whatever is left out or changed is reported; the rest is a complete dump.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/faults/faults-lib.sh
. "$top_srcdir/tests/faults/faults-lib.sh"

source_fault 2 mode -- "/sub/file3" "inode 14" "170644"
source_fault 2 vanish -- "/sub/file3" "inode 14" "removed or replaced"
source_fault 2 becomes-directory -- "/sub/file3" "inode 14" \
    "removed or replaced"
source_fault 0 device -- "note: /sub/file3" "inode 14" "4095:1048575"
source_fault 0 old-times -- "note: /sub/file3" "inode 14" "1970"
source_fault 0 late-times -- "note: /sub/file3" "inode 14" "2106"
source_fault 0 xattr-large -- "note: /sub/file3" "inode 14" "user.b" "larger"
source_fault 0 xattr-largest -- "note: /sub/file3" "inode 14" "user.b" "larger"
source_fault 2 xattr-too-large -- "/sub/file3" "inode 14" "user.b" \
    "left out: it is larger than Linux accepts"
source_fault 2 xattr-shrinks -- "/sub/file3" "inode 14" "changed while"
source_fault 2 xattr-late -- "/sub/file3" "inode 14" "not all of its"
source_fault 2 xattr-vanish -- "/sub/file3" "inode 14" \
    "its large attributes are left out"
source_fault 2 xattr-unknown -- "/sub/file3" "inode 14" "strange.b"
source_fault 2 xattr-acl -- "/sub/file3" "inode 14" "posix_acl_access"
source_fault 2 name-slash -- "/sub" "inode 11" "../etc/x" "left out"
source_fault 2 name-empty -- "/sub" "inode 11" '""' "left out"
source_fault 2 name-dot -- "/sub" "inode 11" '"."' "left out"
source_fault 2 name-dotdot -- "/sub" "inode 11" '".."' "left out"
source_fault 2 name-nul -- "/sub" "inode 11" "left out"
source_fault 0 name-long -- "note: /sub/" "inode 14" "254 bytes"
source_fault 2 name-inode -- "/sub" "inode 11" '"ghost"' "not in the dump"
source_fault 2 name-control -- 'a?[2J?b'
source_fault 2 no-dots -- '/sub (inode 11): it is damaged: it has no ".."' \
    '/ (inode 2): it is damaged: it has no ".."'
