/* cli/annotations.h - what the annotations of the Lua library say, one record for each thing that a
 * scenario can name.
 *
 * They are LuaCATS (lua/annotations/), from which docs/api.md is made too: a block of lines that
 * begin with three dashes, and the declaration that it belongs to. */
/* SPDX-License-Identifier: MIT */
#ifndef CLI_ANNOTATIONS_H
#define CLI_ANNOTATIONS_H

#include <stdbool.h>

#include <glib.h>

enum cli_annotation_kind {
    CLI_ANNOTATION_FUNCTION,
    CLI_ANNOTATION_VALUE,  /* tb.ack */
    CLI_ANNOTATION_FIELDS, /* of the table that a function takes */
    CLI_ANNOTATION_CLASS,
    CLI_ANNOTATION_ALIAS,
};

/* A parameter, a result or a field. */
struct cli_annotation_row {
    char *name; /* "returns" for a result */
    char *type;
    char *about; /* may be "" */
    bool is_optional;
};

struct cli_annotation {
    enum cli_annotation_kind kind;
    char *name; /* "tb.link", "datacenter:producer"; of FIELDS, what takes them: "dc:producer" */
    char *arguments; /* of a function: "a, b, fields"; of FIELDS, the class: "producer_fields"; of
                      * an alias, what it stands for; "" for the others */
    char *about;     /* a paragraph, or "" */
    GPtrArray *rows; /* of struct cli_annotation_row */
};

/* All that stand in this text, in its order: struct cli_annotation, freed with the array. */
GPtrArray *cli_annotations_read(const char *text);

#endif
