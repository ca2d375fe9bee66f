/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_s3.c - signatures, answers, credentials, names and parts of out-s3
 */
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/out-s3/answer.h"
#include "plugins/out-s3/backoff.h"
#include "plugins/out-s3/credentials.h"
#include "plugins/out-s3/ledger.h"
#include "plugins/out-s3/parts.h"
#include "plugins/out-s3/place.h"
#include "plugins/out-s3/profile.h"
#include "plugins/out-s3/sigv4.h"
#include "plugins/out-s3/xml.h"

#include "unit.h"

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* -------------------------------------------------------------- signatures */

/* The examples that AWS publishes for S3. */
static const struct sigv4_signer example = {
	.key_id = "AKIAIOSFODNN7EXAMPLE",
	.secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	.region = "us-east-1",
	.service = "s3",
	.time = "20130524T000000Z",
};

static void
is_signed(const struct sigv4_request *request,
    const struct sigv4_signer *signer, const char *expected)
{
	char *text = sigv4_authorization(request, signer);

	ck_assert_ptr_nonnull(text);
	ck_assert_str_eq(text, expected);
	free(text);
}

#define CREDENTIAL "AWS4-HMAC-SHA256 " \
	"Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"

START_TEST(published_get_of_a_range)
{
	const struct sigv4_pair headers[] = {
		{ "x-amz-date", "20130524T000000Z" },
		{ "range", "bytes=0-9" },
		{ "host", "examplebucket.s3.amazonaws.com" },
		{ "x-amz-content-sha256", EMPTY },
	};
	const struct sigv4_request r = { "GET", "/test.txt", NULL, 0, headers,
	    COUNT(headers), EMPTY };

	is_signed(&r, &example, CREDENTIAL
	    "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
	    "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6"
	    "036bdb41");
}
END_TEST

START_TEST(published_put)
{
	char sha[SIGV4_DIGEST_BYTES];
	const char *body = "Welcome to Amazon S3.";
	ck_assert_int_eq(sigv4_digest(body, strlen(body), sha), 0);
	const struct sigv4_pair headers[] = {
		{ "host", "examplebucket.s3.amazonaws.com" },
		{ "date", "Fri, 24 May 2013 00:00:00 GMT" },
		{ "x-amz-date", "20130524T000000Z" },
		{ "x-amz-storage-class", "REDUCED_REDUNDANCY" },
		{ "x-amz-content-sha256", sha },
	};
	char *path = sigv4_encode("/test$file.text", "/");
	const struct sigv4_request r = { "PUT", path, NULL, 0, headers,
	    COUNT(headers), sha };

	ck_assert_str_eq(path, "/test%24file.text");
	is_signed(&r, &example, CREDENTIAL "SignedHeaders=date;host;"
	    "x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
	    "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0"
	    "ece108bd");
	free(path);
}
END_TEST

START_TEST(published_get_with_a_query)
{
	const struct sigv4_pair headers[] = {
		{ "host", "examplebucket.s3.amazonaws.com" },
		{ "x-amz-content-sha256", EMPTY },
		{ "x-amz-date", "20130524T000000Z" },
	};
	const struct sigv4_pair lifecycle = { "lifecycle", "" };
	const struct sigv4_pair list[] = {
		{ "prefix", "J" }, { "max-keys", "2" },
	};
	const struct sigv4_request one = { "GET", "/", &lifecycle, 1, headers,
	    COUNT(headers), EMPTY };
	const struct sigv4_request two = { "GET", "/", list, COUNT(list),
	    headers, COUNT(headers), EMPTY };

	is_signed(&one, &example, CREDENTIAL
	    "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
	    "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a01"
	    "36783543");
	is_signed(&two, &example, CREDENTIAL
	    "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
	    "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711e"
	    "f69dc6f7");
}
END_TEST

/* Of the test suite for the signature, "get-vanilla". */
START_TEST(published_get_vanilla)
{
	const struct sigv4_signer signer = { "AKIDEXAMPLE",
	    "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1",
	    "service", "20150830T123600Z" };
	const struct sigv4_pair headers[] = {
		{ "host", "example.amazonaws.com" },
		{ "x-amz-date", "20150830T123600Z" },
	};
	const struct sigv4_request r = { "GET", "/", NULL, 0, headers,
	    COUNT(headers), EMPTY };

	is_signed(&r, &signer, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"
	    "20150830/us-east-1/service/aws4_request,"
	    "SignedHeaders=host;x-amz-date,"
	    "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d"
	    "763fbf31");
}
END_TEST

START_TEST(values_are_trimmed_and_queries_sorted)
{
	const struct sigv4_pair blanks[] = {
		{ "host", "h" }, { "x-amz-meta-a", "  one   two \t" },
	};
	const struct sigv4_pair plain[] = {
		{ "host", "h" }, { "x-amz-meta-a", "one two" },
	};
	const struct sigv4_request a = { "GET", "/", NULL, 0, blanks, 2,
	    EMPTY };
	const struct sigv4_request b = { "GET", "/", NULL, 0, plain, 2,
	    EMPTY };
	const struct sigv4_pair query[] = {
		{ "uploadId", "a+b/c=" }, { "partNumber", "1" },
	};
	char *same = sigv4_authorization(&b, &example);
	char *text = sigv4_query(query, 2);

	is_signed(&a, &example, same);
	ck_assert_str_eq(text, "partNumber=1&uploadId=a%2Bb%2Fc%3D");
	free(text);
	free(same);
}
END_TEST

/* ---------------------------------------------------------------- answers */

struct found {
	char text[4096];
	size_t length;
};

static void
note(void *arg, const char *parent, const char *name, const char *text)
{
	struct found *f = arg;

	f->length += (size_t)snprintf(f->text + f->length,
	    sizeof(f->text) - f->length, "%s>%s=%s;", parent, name, text);
	if (f->length >= sizeof(f->text))
		f->length = sizeof(f->text) - 1;
}

static bool
reads(const char *text, struct found *f)
{
	/* Exactly as long, so that sanitizers see what is read behind it. */
	const size_t length = strlen(text);
	char *copy = malloc(length);

	memcpy(copy, text, length);
	f->length = 0;
	f->text[0] = '\0';
	const bool ok = xml_read(copy, length, note, f);
	free(copy);
	return ok;
}

#define ANSWER "<?xml version=\"1.0\"?>\n<R xmlns='a>b'><K>a&amp;&#x41;&#66;" \
	"</K><n:U a=\"1\"/><!-- <x> --><L> <M>&lt;x&gt;</M> </L></R>\n"

START_TEST(elements_of_an_answer)
{
	struct found f;

	ck_assert(reads(ANSWER, &f));
	ck_assert_str_eq(f.text, "R>K=a&AB;R>U=;L>M=<x>;R>L=;>R=;");
}
END_TEST

START_TEST(documents_that_are_refused)
{
	static const char *const bad[] = { "", " ", "x", "<a>", "<a></b>",
		"<a></a><b/>", "</a>", "<a/>x", "<a>&b;</a>", "<a>&#0;</a>",
		"<a>&#xd800;</a>", "<a>&#x110000;</a>", "<a>&#;</a>",
		"<a>&#x;</a>", "<a>&</a>", "<a>&amp</a>", "<a b='></a>",
		"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a><?b?></a>",
		"<a><![CDATA[b]]></a>", "<a", "<a b", "<a></a", "<>x</>",
		"<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a></a></a>"
		"</a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>",
		"<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/>" };
	struct found f;

	for (size_t i = 0; i < COUNT(bad); i++)
		ck_assert_msg(!reads(bad[i], &f), "it takes %s", bad[i]);
}
END_TEST

START_TEST(mutated_answers_do_no_harm)
{
	char text[] = ANSWER;
	struct found f;
	uint32_t random = 1;

	for (int i = 0; i < 20000; i++) {
		random = random * 1664525 + 1013904223;
		const size_t at = (random >> 8) % (sizeof(text) - 1);
		const char before = text[at];
		text[at] = "<>&;/\"a"[(random >> 4) % 7];
		reads(text, &f);
		if ((random & 3) != 0)
			text[at] = before;
		if (i % 100 == 0)
			memcpy(text, ANSWER, sizeof(text));
	}
}
END_TEST

/* ------------------------------------------------------------------- names */

static void
take_header(struct answer *a, const char *text)
{
	const size_t length = strlen(text);
	char *copy = malloc(length + 1);

	memcpy(copy, text, length);
	/* libcurl puts no NUL behind a line. */
	answer_take_header(a, copy, length);
	free(copy);
}

START_TEST(headers_of_an_answer)
{
	struct answer a = { 0 };

	take_header(&a, "ETag: \"a<b\"\r\n");
	take_header(&a, "content-range: bytes 5-9/10\r\n");
	take_header(&a, "Retry-After: 7\r\n");
	take_header(&a, "X-Amz-Object-Lock-Mode: COMPLIANCE\r\n");
	ck_assert_str_eq(a.etag, "ab");
	ck_assert(a.has_range && a.is_locked);
	ck_assert_uint_eq(a.first, 5);
	ck_assert_uint_eq(a.size, 10);
	ck_assert_int_eq(a.retry_after, 7);
}
END_TEST

START_TEST(headers_that_lie)
{
	static const char *const ranges[] = { "", "bytes", "bytes 5-9/9",
		"bytes 9-5/10", "bytes -9/10", "bytes 0-9/*", "bytes */10",
		"bytes 0-9/99999999999999999999", "bytes 0-9/-1", "octets 0-9/10",
		"bytes 0-9/10x", "bytes 18446744073709551615-0/1" };
	struct answer a = { 0 };
	char line[200];

	for (size_t i = 0; i < COUNT(ranges); i++) {
		snprintf(line, sizeof(line), "Content-Range: %s\r\n",
		    ranges[i]);
		a.has_range = true;
		take_header(&a, line);
		ck_assert_msg(!a.has_range, "it takes %s", ranges[i]);
	}
	take_header(&a, "Retry-After: -5\r\n");
	ck_assert_int_eq(a.retry_after, 0);
	memset(line, 'x', sizeof(line));
	memcpy(line, "etag:", 5);
	line[sizeof(line) - 1] = '\0';
	take_header(&a, line);
	ck_assert_uint_eq(strlen(a.etag), REQUEST_NAME_BYTES - 1);
}
END_TEST

START_TEST(mutated_headers_do_no_harm)
{
	static const char *const lines[] = { "ETag: \"abc\"\r\n",
		"Content-Range: bytes 0-1023/4096\r\n",
		"x-amz-version-id: 1\r\n", "Retry-After: 30\r\n",
		"x-amz-object-lock-retain-until-date: 2026-01-01\r\n" };
	struct answer a = { 0 };
	uint32_t random = 5;
	char text[100];

	for (int i = 0; i < 20000; i++) {
		snprintf(text, sizeof(text), "%s", lines[(size_t)i % COUNT(lines)]);
		for (int n = 0; n < 1 + i % 3; n++) {
			random = random * 1664525 + 1013904223;
			text[(random >> 8) % strlen(text)] = i % 2 == 0 ?
			    (char)(1 + (random >> 16) % 255) :
			    "0129:-/* <"[(random >> 16) % 10];
		}
		take_header(&a, text);
		ck_assert(!a.has_range || a.first < a.size);
		for (const char *p = a.etag; *p != '\0'; p++)
			ck_assert((unsigned char)*p > ' ' && *p != '<');
	}
}
END_TEST

START_TEST(addresses_and_names)
{
	char why[PLACE_WHY_BYTES];
	struct place_store s;
	struct place p;

	ck_assert(place_store_parse(&s, "https://h:443/a/b/", why));
	ck_assert_str_eq(s.host, "h");
	ck_assert_str_eq(s.path, "/a/b");
	ck_assert(place_parse(&p, "s3://bucket/a b/c+d//\xc3\xa4", why));
	char *path = place_path(&s, &p, p.key);
	ck_assert_str_eq(path, "/a/b/bucket/a%20b/c%2Bd//%C3%A4");
	free(path);
	s.style = PLACE_VIRTUAL;
	path = place_path(&s, &p, "");
	char *host = place_host(&s, &p);
	ck_assert_str_eq(path, "/a/b/");
	ck_assert_str_eq(host, "bucket.h");
	free(host);
	free(path);
	place_store_free(&s);
	place_free(&p);
}
END_TEST

START_TEST(addresses_and_names_that_are_refused)
{
	static const char *const stores[] = { "", "h", "ftp://h", "https://",
		"https://u:p@h", "http://h?x", "http:///x" };
	static const char *const objects[] = { "", "x", "s3://", "s3://b",
		"s3://b/", "s3:///k", "s3://b?/k", "s3://b/k\n", "s3://a@b/k" };
	char why[PLACE_WHY_BYTES];
	struct place_store s;
	struct place p;

	for (size_t i = 0; i < COUNT(stores); i++) {
		ck_assert_msg(!place_store_parse(&s, stores[i], why), "%s",
		    stores[i]);
		place_store_free(&s);
	}
	for (size_t i = 0; i < COUNT(objects); i++) {
		ck_assert_msg(!place_parse(&p, objects[i], why), "%s",
		    objects[i]);
		place_free(&p);
	}
	ck_assert(place_bucket_is_plain("a-1"));
	ck_assert(!place_bucket_is_plain("a.b"));
	ck_assert(!place_bucket_is_plain("-ab"));
}
END_TEST

/* ------------------------------------------------------------------- parts */

START_TEST(parts_reach_the_largest_object)
{
	for (uint64_t first = PARTS_SMALLEST; first <= PARTS_LARGEST;
	    first = first * 3 / 2) {
		uint64_t all = 0, last = 0;
		for (uint32_t n = 1; n <= PARTS_MAX; n++) {
			const uint64_t size = parts_size(first, n);
			ck_assert_uint_ge(size, last);
			ck_assert_uint_le(size, PARTS_LARGEST);
			last = size;
			all += size;
		}
		ck_assert_uint_ge(all, PARTS_OBJECT_MAX);
		/* No larger than it must be. */
		ck_assert_uint_le(last, first > (UINT64_C(1) << 30) ? first :
		    UINT64_C(3) << 30);
	}
	ck_assert_uint_eq(parts_size(16 << 20, 900), 16 << 20);
	ck_assert_uint_eq(parts_size(16 << 20, 901), 32 << 20);
	ck_assert_uint_eq(parts_in_memory(16 << 20, 4, 16 << 20), 5);
	ck_assert_uint_eq(parts_in_memory(16 << 20, 4, 32 << 20), 2);
	ck_assert_uint_eq(parts_in_memory(16 << 20, 4, 1 << 30), 2);
}
END_TEST

START_TEST(waits_grow_and_heed_the_store)
{
	for (uint32_t chance = 0; chance < 100000; chance += 997) {
		ck_assert_int_ge(backoff_ms(1, chance, 0), 125);
		ck_assert_int_le(backoff_ms(1, chance, 0), 250);
		ck_assert_int_ge(backoff_ms(4, chance, 0), 1000);
		ck_assert_int_le(backoff_ms(4, chance, 0), 2000);
		ck_assert_int_le(backoff_ms(1000, chance, 0),
		    BACKOFF_LONGEST_MS);
		ck_assert_int_ge(backoff_ms(1, chance, 30), 30000);
		ck_assert_int_le(backoff_ms(1, chance, INT64_MAX / 2000),
		    601000);
	}
}
END_TEST

/* ------------------------------------------------------------- credentials */

static const char *folder;

static char *
make_file(const char *name, const char *text)
{
	char *path;

	if (asprintf(&path, "%s/%s", folder, name) == -1)
		abort();
	FILE *out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	fclose(out);
	return path;
}

START_TEST(sections_of_the_credentials_file)
{
	char *path = make_file("credentials", "# a comment\n"
	    "[default]\naws_access_key_id=A\naws_secret_access_key = B=/+ \n"
	    "\n[ other ]\n  aws_access_key_id = C\n;x\n"
	    "aws_session_token=T\r\nregion = here\n"
	    "[profile third]\naws_access_key_id = D");
	char why[CREDENTIALS_WHY_BYTES];
	struct profile p;

	ck_assert_int_eq(profile_read(&p, path, "default", why),
	    PROFILE_FOUND);
	ck_assert_str_eq(p.key_id, "A");
	ck_assert_str_eq(p.secret, "B=/+");
	ck_assert_ptr_null(p.token);
	profile_free(&p);
	ck_assert_int_eq(profile_read(&p, path, "other", why), PROFILE_FOUND);
	ck_assert_str_eq(p.token, "T");
	ck_assert_str_eq(p.region, "here");
	ck_assert_ptr_null(p.secret);
	profile_free(&p);
	ck_assert_int_eq(profile_read(&p, path, "third", why), PROFILE_FOUND);
	ck_assert_str_eq(p.key_id, "D");
	profile_free(&p);
	ck_assert_int_eq(profile_read(&p, path, "none", why), PROFILE_NONE);
	profile_free(&p);
	unlink(path);
	ck_assert_int_eq(profile_read(&p, path, "none", why), PROFILE_NO_FILE);
	ck_assert_int_eq(profile_read(&p, folder, "none", why), PROFILE_BAD);
	free(path);
}
END_TEST

START_TEST(mutated_credentials_files_do_no_harm)
{
	static const char good[] = "[default]\naws_access_key_id=A\n"
	    "aws_secret_access_key = B\n[profile x]\nregion = here\n";
	char text[sizeof(good)], why[CREDENTIALS_WHY_BYTES];
	struct profile p;
	uint32_t random = 9;

	for (int i = 0; i < 3000; i++) {
		memcpy(text, good, sizeof(good));
		for (int n = 0; n < 1 + i % 4; n++) {
			random = random * 1664525 + 1013904223;
			text[(random >> 8) % (sizeof(text) - 1)] = i % 2 == 0 ?
			    (char)(random >> 16) :
			    "[]= \n\t#;"[(random >> 16) % 8];
		}
		char *path = make_file("credentials", text);
		profile_read(&p, path, i % 3 == 0 ? "x" : "default", why);
		profile_free(&p);
		unlink(path);
		free(path);
	}
}
END_TEST

static bool
parses(const char *json, char why[static CREDENTIALS_WHY_BYTES])
{
	struct credentials c = { 0 };
	const bool ok = credentials_parse(&c, json, strlen(json), why);

	if (ok) {
		ck_assert_str_eq(c.key_id, "A");
		ck_assert_str_eq(c.secret, "B");
		ck_assert_str_eq(c.token, "T");
		ck_assert_int_eq(c.expires, 1600000000);
	}
	credentials_free(&c);
	return ok;
}

START_TEST(credentials_as_json)
{
	static const char *const bad[] = { "", "[]", "{", "{}", "null",
		"{\"AccessKeyId\":\"A\"}", "{\"AccessKeyId\":1,"
		"\"SecretAccessKey\":\"secret\"}", "{\"AccessKeyId\":\"A\\nB\","
		"\"SecretAccessKey\":\"secret\"}", "{\"AccessKeyId\":\"A\","
		"\"SecretAccessKey\":\"secret\",\"Expiration\":\"soon\"}" };
	char why[CREDENTIALS_WHY_BYTES];

	ck_assert(parses("{\"Version\":1,\"AccessKeyId\":\"A\","
	    "\"SecretAccessKey\":\"B\",\"SessionToken\":\"T\","
	    "\"Expiration\":\"2020-09-13T12:26:40Z\"}", why));
	ck_assert(parses("{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"B\","
	    "\"Token\":\"T\",\"Expiration\":\"2020-09-13T12:26:40Z\"}", why));
	for (size_t i = 0; i < COUNT(bad); i++) {
		ck_assert_msg(!parses(bad[i], why), "%s", bad[i]);
		ck_assert_ptr_null(strstr(why, "secret\""));
	}
}
END_TEST

START_TEST(mutated_json_does_no_harm)
{
	static const char good[] = "{\"AccessKeyId\":\"A\","
	    "\"SecretAccessKey\":\"B\",\"Token\":\"T\","
	    "\"Expiration\":\"2020-09-13T12:26:40Z\"}";
	char why[CREDENTIALS_WHY_BYTES];
	uint32_t random = 11;

	for (int i = 0; i < 5000; i++) {
		struct credentials c = { 0 };
		char *text = malloc(sizeof(good) - 1);
		memcpy(text, good, sizeof(good) - 1);
		for (int n = 0; n < 1 + i % 3; n++) {
			random = random * 1664525 + 1013904223;
			text[(random >> 8) % (sizeof(good) - 1)] = i % 2 == 0 ?
			    (char)(random >> 16) :
			    "{}\"\\:,[]"[(random >> 16) % 8];
		}
		(void)credentials_parse(&c, text, sizeof(good) - 1, why);
		credentials_free(&c);
		free(text);
	}
}
END_TEST

/* ------------------------------------------------------------------ ledger */

struct visit {
	unsigned int count;
	struct ledger_left last;
	bool ends;
};

static bool
visit(void *arg, const struct ledger_left *left)
{
	struct visit *v = arg;

	v->count++;
	v->last = *left;
	return v->ends;
}

START_TEST(only_dead_uploads_of_this_store_are_visited)
{
	struct visit v = { .ends = false };
	char *state;

	ck_assert_int_ne(asprintf(&state, "%s/state/s3", folder), -1);
	ledger_visit_left(state, "store", visit, &v);
	ck_assert_uint_eq(v.count, 0);
	struct ledger_entry *e = ledger_begin(state, "store", "s3://b/k");
	ck_assert_ptr_nonnull(e);
	ck_assert(ledger_note(e, "id"));
	ledger_visit_left(state, "store", visit, &v);
	ck_assert_uint_eq(v.count, 0);
	ledger_end(e, false);
	ledger_visit_left(state, "another", visit, &v);
	ck_assert_uint_eq(v.count, 0);
	ledger_visit_left(state, "store", visit, &v);
	ck_assert_uint_eq(v.count, 1);
	ck_assert_str_eq(v.last.object, "s3://b/k");
	ck_assert_str_eq(v.last.upload, "id");
	ck_assert_int_gt(v.last.begun, 1600000000);
	v.ends = true;
	ledger_visit_left(state, "store", visit, &v);
	ledger_visit_left(state, "store", visit, &v);
	ck_assert_uint_eq(v.count, 2);
	e = ledger_begin(state, "store", "s3://b/k");
	ledger_end(e, true);
	ledger_visit_left(state, "store", visit, &v);
	ck_assert_uint_eq(v.count, 2);
	free(state);
}
END_TEST

START_TEST(mutated_notes_of_uploads_do_no_harm)
{
	static const char good[] = "store=store\nobject=s3://b/k\n"
	    "begun=1600000000\nupload=id\n";
	char text[sizeof(good)], *state;
	struct visit v = { .ends = false };
	uint32_t random = 13;

	ck_assert_int_ne(asprintf(&state, "%s/state/s3", folder), -1);
	ledger_end(ledger_begin(state, "store", "s3://b/k"), true);
	for (int i = 0; i < 2000; i++) {
		memcpy(text, good, sizeof(good));
		for (int n = 0; n < i % 4; n++) {
			random = random * 1664525 + 1013904223;
			text[(random >> 8) % (sizeof(text) - 1)] = i % 2 == 0 ?
			    (char)(random >> 16) :
			    "=\n-09s"[(random >> 16) % 6];
		}
		char *path = make_file("state/s3/.dumpengine-s3-x", text);
		chmod(path, 0600);
		ledger_visit_left(state, "store", visit, &v);
		unlink(path);
		free(path);
	}
	ck_assert_uint_gt(v.count, 400);
	free(state);
}
END_TEST

/* Empties it, as far as these tests have filled it. */
static void
remove_folder(void)
{
	char path[4096];

	for (const char *const *p = (const char *const[]){ "state/s3", "state",
	    "", NULL }; *p != NULL; p++) {
		snprintf(path, sizeof(path), "%s/%s", folder, *p);
		rmdir(path);
	}
}

int
main(void)
{
	const TTest *const tests[] = {
		published_get_of_a_range,
		published_put,
		published_get_with_a_query,
		published_get_vanilla,
		values_are_trimmed_and_queries_sorted,
		elements_of_an_answer,
		documents_that_are_refused,
		mutated_answers_do_no_harm,
		headers_of_an_answer,
		headers_that_lie,
		mutated_headers_do_no_harm,
		addresses_and_names,
		addresses_and_names_that_are_refused,
		parts_reach_the_largest_object,
		waits_grow_and_heed_the_store,
		sections_of_the_credentials_file,
		mutated_credentials_files_do_no_harm,
		credentials_as_json,
		mutated_json_does_no_harm,
		only_dead_uploads_of_this_store_are_visited,
		mutated_notes_of_uploads_do_no_harm,
	};
	char template[] = "/tmp/test_s3-XXXXXX";

	folder = mkdtemp(template);
	if (folder == NULL)
		return EXIT_FAILURE;
	const int status = unit_run("s3", tests, COUNT(tests));
	remove_folder();
	return status;
}
