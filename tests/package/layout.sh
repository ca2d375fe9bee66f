#!/usr/bin/env bash
# clang-format changes no file, and wrong indentation is found.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need clang-format
need_python

cp "$top_srcdir/.clang-format" .
find "$top_srcdir"/{core,examples,include,plugins,tests} -name '*.[ch]' >files
[ "$(wc -l <files)" -gt 200 ] || fail "only $(wc -l <files) files"
while read -r file; do
	clang-format --style=file:"$top_srcdir/.clang-format" "$file" >formatted ||
	    fail "clang-format $file"
	same_file "$file" formatted
done < <(head -n 20 files)

# finds LINE WHAT: in the file on standard input.
finds () {
	cat >a.c
	run "$PYTHON3" "$tools/layout" a.c
	[ "$status" -eq 1 ] || fail "exit status $status for $2"
	said "a.c:$1: $2"
}
finds 5 'indented by "\t", not "\t\t"' <<'END'
int
f(void)
{
	if (1) {
	return g();
	}
	return 0;
}
END
finds 3 "more than one blank line" <<'END'
int f(void);


int g(void);
END
finds 4 "indented by blanks" <<'END'
int
f(void)
{
        return 0;
}
END

# Code written like the tree has no faults.
cat >a.c <<'END'
int
f(int a,
    int b)
{
	for (int i = 0; i < a &&
	    i < b; i++)
		g("a text that "
		    "goes on", a,
		    b);		/* why */
	switch (a) {
	case 1:
		return b;
	}
	return 0;
}
END
run "$PYTHON3" "$tools/layout" a.c
[ "$status" -eq 0 ] || fail "it reports faults: $(cat err)"
