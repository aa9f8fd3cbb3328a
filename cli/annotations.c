/* A block of comments is collected line by line; the first line that is no comment ends it, and
 * says what it was about. */
/* SPDX-License-Identifier: MIT */
#include "cli/annotations.h"

#include <string.h>

#include "sim/base.h"

#define PREFIX "tailback." /* of the library's own classes, which no reader needs to see */

struct block {
    GString *about;
    GPtrArray *rows;
    char *class; /* what follows ---@class; NULL: it is none */
    char *alias;
};

static void row_free(struct cli_annotation_row *row)
{
    g_free(row->name);
    g_free(row->type);
    g_free(row->about);
    g_free(row);
}

static void annotation_free(struct cli_annotation *annotation)
{
    g_free(annotation->name);
    g_free(annotation->arguments);
    g_free(annotation->about);
    g_ptr_array_unref(annotation->rows);
    g_free(annotation);
}

static void block_begin(struct block *block)
{
    *block = (struct block){
        .about = g_string_new(NULL),
        .rows = g_ptr_array_new_with_free_func((GDestroyNotify)row_free),
    };
}

static void block_finish(struct block *block)
{
    g_string_free(block->about, TRUE);
    g_ptr_array_unref(block->rows);
    g_free(block->class);
    g_free(block->alias);
}

/* ---- types ---- */

static char *without_prefix(const char *text, gsize length)
{
    g_autofree char *part = g_strndup(text, length);
    g_auto(GStrv) pieces = g_strsplit(part, PREFIX, -1);

    return g_strjoinv("", pieces);
}

/* How much of the text is a type: it has no blank outside of parentheses, but for what follows a
 * colon or a comma, as in fun(message: message): verdict?. */
static gsize type_length(const char *text)
{
    int32_t depth = 0;
    gsize i;

    for (i = 0; text[i] != '\0'; i++) {
        bool is_joined = i > 0 && strchr(":,", text[i - 1]) != NULL;
        if (strchr("({<", text[i]) != NULL) {
            depth++;
        } else if (strchr(")}>", text[i]) != NULL) {
            depth--;
        } else if (text[i] == ' ' && depth == 0 && !is_joined) {
            break;
        }
    }
    return i;
}

/* `rest` is a type, and what is said of it. */
static void add_row(struct block *block, const char *name, const char *rest, bool is_optional)
{
    struct cli_annotation_row *row = g_new0(struct cli_annotation_row, 1);
    gsize length = type_length(rest);

    row->name = g_strdup(name);
    row->type = without_prefix(rest, length);
    row->about = g_strstrip(g_strdup(rest + length));
    row->is_optional = is_optional;
    g_ptr_array_add(block->rows, row);
}

/* ---- the lines of a block ---- */

/* "name? type about", of a field or a parameter. */
static void add_named_row(struct block *block, const char *rest)
{
    g_auto(GStrv) words = g_strsplit(rest, " ", 2);

    if (words[0] == NULL || words[1] == NULL) {
        return;
    }
    bool is_optional = g_str_has_suffix(words[0], "?");
    if (is_optional) {
        words[0][strlen(words[0]) - 1] = '\0';
    }
    add_row(block, words[0], words[1], is_optional);
}

static void read_tag(struct block *block, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 2);
    const char *rest = words[1] != NULL ? words[1] : "";

    if (g_str_equal(words[0], "field") || g_str_equal(words[0], "param")) {
        add_named_row(block, rest);
    } else if (g_str_equal(words[0], "return")) {
        add_row(block, "returns", rest, false);
    } else if (g_str_equal(words[0], "class")) {
        g_free(block->class);
        block->class = g_strdup(rest);
    } else if (g_str_equal(words[0], "alias")) {
        g_free(block->alias);
        block->alias = g_strdup(rest);
    }
}

/* ---- what a block was about ---- */

/* Takes the rows and the text over. */
static void add(
    GPtrArray *all,
    struct block *block,
    enum cli_annotation_kind kind,
    const char *name,
    const char *arguments)
{
    struct cli_annotation *annotation = g_new0(struct cli_annotation, 1);

    SIM_ASSERT(name[0] != '\0');
    annotation->kind = kind;
    annotation->name = without_prefix(name, strlen(name));
    annotation->arguments = without_prefix(arguments, strlen(arguments));
    annotation->about = g_strdup(block->about->str);
    annotation->rows = g_ptr_array_ref(block->rows);
    g_ptr_array_add(all, annotation);
}

/* "function tb.link(a, b, fields) end" */
static bool add_function(GPtrArray *all, struct block *block, const char *line)
{
    const char *space = strchr(line, ' ');
    const char *open = strchr(line, '(');
    const char *close = strrchr(line, ')');

    if (!g_str_has_prefix(line, "function ") || space == NULL || open == NULL || close == NULL) {
        return false;
    }
    g_autofree char *name = g_strndup(space + 1, (gsize)(open - space - 1));
    g_autofree char *arguments = g_strndup(open + 1, (gsize)(close - open - 1));
    add(all, block, CLI_ANNOTATION_FUNCTION, name, arguments);
    return true;
}

/* "tb.ack = ..." */
static bool add_value(GPtrArray *all, struct block *block, const char *line)
{
    const char *equals = strstr(line, " =");

    if (!g_str_has_prefix(line, "tb.") || equals == NULL) {
        return false;
    }
    g_autofree char *name = g_strndup(line, (gsize)(equals - line));
    add(all, block, CLI_ANNOTATION_VALUE, name, "");
    return true;
}

/* "tailback.link_fields tb.link": fields of a function; "tailback.node": a class. */
static void add_class(GPtrArray *all, struct block *block)
{
    g_auto(GStrv) words = g_strsplit(block->class, " ", 2);
    g_autofree char *name = g_strdup(words[0]);

    name[strcspn(name, ":")] = '\0';
    if (words[1] != NULL && words[1][0] != '\0' && !g_str_has_suffix(words[0], ":")) {
        add(all, block, CLI_ANNOTATION_FIELDS, words[1], name);
    } else if (!g_str_equal(name, "tailback")) {
        add(all, block, CLI_ANNOTATION_CLASS, name, "");
    }
}

static void add_alias(GPtrArray *all, struct block *block)
{
    g_auto(GStrv) words = g_strsplit(block->alias, " ", 2);

    if (words[0] != NULL && words[1] != NULL) {
        add(all, block, CLI_ANNOTATION_ALIAS, words[0], words[1]);
    }
}

static void end_block(GPtrArray *all, struct block *block, const char *line)
{
    if (!add_function(all, block, line) && !add_value(all, block, line)) {
        if (block->class != NULL) {
            add_class(all, block);
        } else if (block->alias != NULL) {
            add_alias(all, block);
        }
    }
    block_finish(block);
    block_begin(block);
}

GPtrArray *cli_annotations_read(const char *text)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)annotation_free);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    struct block block;

    block_begin(&block);
    for (uint32_t i = 0; lines[i] != NULL; i++) {
        const char *line = lines[i];
        if (g_str_has_prefix(line, "---@")) {
            read_tag(&block, line + 4);
        } else if (g_str_has_prefix(line, "---")) {
            g_string_append_printf(block.about, "%s%s", block.about->len > 0 ? " " : "", line + 3);
        } else {
            end_block(all, &block, line);
        }
    }
    end_block(all, &block, "");
    block_finish(&block);
    return all;
}
