# stages.mk - what `./quickstart test` runs once build-test is built, as one
# make: two more builds, the tests in all three, and the static checks.  So none
# waits for the last test of another.
#
#     make -k -j JOBS -f tests/stages.mk	in the top folder
#
# In each build's folder, check.log tells of its tests, and there is a file
# `passed` if none has failed; build-test/lint.log tells of the static checks.

all: users memory threads lint
.PHONY: all users memory threads lint build-asan build-tsan

# The sanitized programs.  With less optimization they are built sooner, and
# reports of errors still name the lines.  With it, though, sanitizers make gcc
# see texts cut off that are not; the first build has looked for those.
comma = ,
build = \
	mkdir -p $@; \
	test -f $@/Makefile || \
	    (cd $@ && ../configure --enable-werror \
	    'CFLAGS=-O1 -g1 -Wno-error=format-truncation' \
	    --enable-sanitizer=$(1) >configure.log 2>&1) || \
	    { tail -n 40 $@/configure.log; exit 1; }; \
	$(MAKE) -C $@ >$@/make.log 2>&1 || \
	    { tail -n 40 $@/make.log; exit 1; }; \
	echo "$@: built"

build-asan:
	+@$(call build,address$(comma)undefined)
build-tsan:
	+@$(call build,thread)

# Only what came of each test is shown while they run.
check = \
	find $(1) -name '*.trs' -exec rm -f {} +; \
	: >$(1)/begun; \
	{ $(MAKE) -C $(1) $(2) 2>&1 && : >$(1)/passed; } | \
	    tee $(1)/check.log | \
	    sed -un 's,^\(PASS\|FAIL\|SKIP\|XPASS\|ERROR\): ,$(1): &,p'; \
	test -f $(1)/passed

users:
	+@$(call check,build-test,check-users)
memory: build-asan
	+@$(call check,build-asan,check-memory)
threads: build-tsan
	+@$(call check,build-tsan,check-threads)

# Whenever nothing else has to be done.
lint:
	+@nice -n 19 $(MAKE) -C build-test lint LINT_OPTIONS='--checks=-clang-analyzer-*' \
	    >build-test/lint.log 2>&1 && \
	    echo '# PASS: 1' >>build-test/lint.log
