/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * unit.h - shared by the unit tests
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/common/bytes.h"

/*
 * Check would note the place of each assertion that holds, in a file: where a
 * test makes a million of them, that takes longer than all the rest.  Of a
 * crash it then names the test alone; sanitizers and debuggers name the line.
 */
#define _mark_point(file, line) ((void)0)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Run the tests; returns the exit status of the program. */
static inline int
unit_run(const char *name, const TTest *const *tests, size_t count)
{
	Suite *suite = suite_create(name);
	TCase *all = tcase_create(name);

	for (size_t i = 0; i < count; i++)
		tcase_add_test(all, tests[i]);
	tcase_set_timeout(all, 0);	/* tests/limited sets the limit */
	suite_add_tcase(suite, all);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
