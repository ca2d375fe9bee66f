#ifndef FS_EXT2_FAST_COMMIT_H
#define FS_EXT2_FAST_COMMIT_H
#include "log.h"
enum de_status fast_commit_replay(struct log *log);
#endif
