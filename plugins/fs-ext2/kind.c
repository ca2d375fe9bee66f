/* SPDX-License-Identifier: BSD-3-Clause */
#include "kind.h"

#include <blkid/blkid.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/bytes.h"
#include "behind.h"

#define MAGIC_AT (SUPERBLOCK_OFFSET + 56)
#define INCOMPAT_AT (SUPERBLOCK_OFFSET + 96)
#define NAMES_BYTES 512

/* File formats that contain a filesystem other than byte for byte. */
struct wrapping {
	const char *magic;
	size_t length;
	const char *what;
};

static const struct wrapping wrappings[] = {
	{ "QFI\xfb", 4, "a QEMU disk image (qcow2)" },
	{ "KDMV", 4, "a VMware disk image (vmdk)" },
	{ "vhdxfile", 8, "a Hyper-V disk image (vhdx)" },
	{ "conectix", 8, "a Virtual PC disk image (vhd)" },
	{ "<<< ", 4, "a VirtualBox disk image (vdi)" },
	{ "\x1f\x8b", 2, "compressed by gzip" },
	{ "\x28\xb5\x2f\xfd", 4, "compressed by zstd" },
	{ "\xfd" "7zXZ", 5, "compressed by xz" },
	{ "BZh", 3, "compressed by bzip2" },
};

static bool
read_at(const struct device *d, uint64_t address, void *bytes, size_t length)
{
	struct de_read_error error = { .struct_size = sizeof(error) };

	return device_read(d, address, bytes, length, &error) == DE_OK;
}

static bool
has_magic(const struct device *d)
{
	uint8_t magic[2];

	return read_at(d, MAGIC_AT, magic, sizeof(magic)) &&
	    get16(magic) == EXT2_SUPER_MAGIC;
}

static bool
is_journal(const struct device *d)
{
	uint8_t incompat[4];

	return has_magic(d) &&
	    read_at(d, INCOMPAT_AT, incompat, sizeof(incompat)) &&
	    (get32(incompat) & EXT3_FEATURE_INCOMPAT_JOURNAL_DEV) != 0;
}

bool
kind_is_filesystem(const struct device *d)
{
	uint8_t super[SUPERBLOCK_SIZE];

	if (device_size(d) < SUPERBLOCK_OFFSET + SUPERBLOCK_SIZE)
		return false;
	if (!read_at(d, SUPERBLOCK_OFFSET, super, sizeof(super)))
		return true;
	return has_magic(d) && !is_journal(d);
}

/* ------------------------------------------------------- devices to name */

/* Append "; name A, B" as far as there is room. */
static void
add_name(char names[static NAMES_BYTES], const char *name, const char *type)
{
	const size_t used = strlen(names);

	snprintf(names + used, NAMES_BYTES - used, "%s%s%s%s%s",
	    used == 0 ? "" : ", ", name, type[0] != '\0' ? " (" : "", type,
	    type[0] != '\0' ? ")" : "");
}

/* The type of the contents; "" if unknown. */
static void
find_type(const char *path, char type[static 32])
{
	blkid_probe probe = blkid_new_probe_from_filename(path);
	const char *value;

	type[0] = '\0';
	if (probe == NULL)
		return;
	if (blkid_do_safeprobe(probe) == 0 &&
	    blkid_probe_lookup_value(probe, "TYPE", &value, NULL) == 0)
		snprintf(type, 32, "%s", value);
	blkid_free_probe(probe);
}

/* The device mapper's name, or else the kernel's. */
static void
find_node(const struct behind_device *d, char *path, size_t room)
{
	char file[BEHIND_NAME_BYTES + 32], name[128];

	behind_node(d, path, room);
	snprintf(file, sizeof(file), "/sys/class/block/%s/dm/name", d->name);
	FILE *f = fopen(file, "re");
	if (f == NULL)
		return;
	if (fgets(name, sizeof(name), f) != NULL) {
		name[strcspn(name, "\n")] = '\0';
		snprintf(path, room, "/dev/mapper/%s", name);
	}
	fclose(f);
}

/* What it is part of: volumes, a RAID, an encrypted device. */
static void
name_holders(const char *path, char names[static NAMES_BYTES])
{
	struct behind b;
	char node[256], type[32];

	behind_find(path, &b);
	for (size_t i = 0; i < b.count; i++) {
		if (!b.devices[i].is_holder)
			continue;
		find_node(&b.devices[i], node, sizeof(node));
		find_type(node, type);
		add_name(names, node, type);
	}
}

static void
name_partitions(const char *path, char names[static NAMES_BYTES])
{
	struct behind b;
	char file[512], node[300], type[32];
	const struct dirent *entry;

	behind_find(path, &b);
	if (b.count == 0)
		return;
	snprintf(file, sizeof(file), "/sys/class/block/%s", b.devices[0].name);
	DIR *folder = opendir(file);
	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL) {
		snprintf(file, sizeof(file), "/sys/class/block/%s/%s/partition",
		    b.devices[0].name, entry->d_name);
		if (entry->d_name[0] == '.' || access(file, F_OK) == -1)
			continue;
		snprintf(node, sizeof(node), "/dev/%s", entry->d_name);
		find_type(node, type);
		add_name(names, node, type);
	}
	closedir(folder);
}

/* ------------------------------------------------------------------ kinds */

static void
refuse(const struct de_host *host, const struct device *d, const char *what,
    const char *names, const char *advice)
{
	host->report(host, DE_ERROR, "%s: holds no ext2, ext3 or ext4 "
	    "filesystem: it is %s; %s%s", device_path(d), what, names[0] != '\0'
	    ? "possibly meant: " : advice, names);
}

static const char *
find_wrapping(const struct device *d)
{
	char bytes[8];

	if (!read_at(d, 0, bytes, sizeof(bytes)))
		return NULL;
	for (size_t i = 0; i < sizeof(wrappings) / sizeof(wrappings[0]); i++)
		if (memcmp(bytes, wrappings[i].magic, wrappings[i].length) == 0)
			return wrappings[i].what;
	return NULL;
}

/* According to libblkid. */
static void
refuse_type(const struct de_host *host, const struct device *d,
    const char *type)
{
	char names[NAMES_BYTES] = "", what[96];

	name_holders(device_path(d), names);
	if (strcmp(type, "LVM2_member") == 0)
		refuse(host, d, "an LVM physical volume", names,
		    "name the logical volume; \"lvs\" lists them");
	else if (strcmp(type, "linux_raid_member") == 0)
		refuse(host, d, "a RAID member", names,
		    "name the RAID device, once it is running");
	else if (strncmp(type, "crypto_", 7) == 0)
		refuse(host, d, "encrypted", names,
		    "open it, and name the device in /dev/mapper");
	else {
		snprintf(what, sizeof(what), "%.32s", type);
		refuse(host, d, what, names, "name another device");
	}
}

static void
refuse_partitioned(const struct de_host *host, const struct device *d,
    const char *type)
{
	char names[NAMES_BYTES] = "", what[96];

	snprintf(what, sizeof(what), "a whole disk with a partition table "
	    "(%.32s)", type);
	name_partitions(device_path(d), names);
	refuse(host, d, what, names, "name one of its partitions; attach those "
	    "of an image file with \"losetup -P\"");
}

static void
refuse_by_probe(const struct de_host *host, const struct device *d)
{
	blkid_probe probe = blkid_new_probe();
	const char *type;

	if (probe != NULL && blkid_probe_set_device(probe,
	    device_descriptor(d), 0, 0) == 0 &&
	    blkid_probe_enable_partitions(probe, 1) == 0 &&
	    blkid_do_safeprobe(probe) == 0) {
		if (blkid_probe_lookup_value(probe, "TYPE", &type, NULL) == 0) {
			refuse_type(host, d, type);
			goto out;
		}
		if (blkid_probe_lookup_value(probe, "PTTYPE", &type, NULL) ==
		    0) {
			refuse_partitioned(host, d, type);
			goto out;
		}
	}
	host->report(host, DE_ERROR, "%s: holds no ext2, ext3 or ext4 "
	    "filesystem, nor anything else recognised; if it should, try a "
	    "backup superblock: set superblock to its block", device_path(d));
out:
	blkid_free_probe(probe);
}

void
kind_refuse(const struct de_host *host, const struct device *d)
{
	const char *wrapping = find_wrapping(d);

	if (device_size(d) == 0)
		host->report(host, DE_ERROR, "%s: holds no ext2, ext3 or ext4 "
		    "filesystem: it is empty", device_path(d));
	else if (is_journal(d))
		refuse(host, d, "the external journal of another filesystem",
		    "", "name that filesystem's device, and this one as "
		    "journal");
	else if (wrapping != NULL)
		refuse(host, d, wrapping, "",
		    "convert it to a raw image, or attach it");
	else
		refuse_by_probe(host, d);
}
