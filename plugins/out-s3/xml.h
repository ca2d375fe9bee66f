/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xml.h - the answers of a store, which are small XML documents
 *
 * Strict, and sparing: elements, text, the five named entities and character
 * references.  A document type, a processing instruction, too long a text or
 * too deep a nesting makes the whole document unusable, so that a hostile
 * server can do no more than send a text.  Reads no further than the length,
 * keeps nothing, and may be called from any thread.
 */
#ifndef OUT_S3_XML_H
#define OUT_S3_XML_H

#include <stdbool.h>
#include <stddef.h>

#define XML_DEPTH_MAX 16
#define XML_NAME_BYTES 64	/* with the NUL */
#define XML_TEXT_BYTES 4096	/* of an element, with the NUL */

/*
 * An element has ended.  `parent` is the name of the one that it is in, "" for
 * the document's own.  Names come without the prefix of a namespace.  `text` is
 * "" if it has elements; it has no control characters.  Valid for this call.
 */
typedef void xml_element_fn(void *arg, const char *parent, const char *name,
    const char *text);

/*
 * Call `element` for each element, in the order of their ends.  False: it is
 * no such document; then the calls so far mean nothing.
 */
bool xml_read(const char *bytes, size_t length, xml_element_fn *element,
    void *arg);

#endif
