/* What is printed stands in lua/annotations/, of which docs/api.md is made and to which the library
 * is held by a test. */
/* SPDX-License-Identifier: MIT */
#include "cli/api.h"

#include <string.h>
#include <unistd.h>

#include "cli/annotations.h"
#include "cli/message.h"
#include "cli/page.h"
#include "cli/paths.h"
#include "cli/subcommand.h"
#include "cli/text.h"

#define NAME_COLUMNS 28 /* of a name in a list, with the blanks after it */
#define ROW_INDENT   6

static const char about[] =
    "NAME is a function, as in tb.link or dc:producer, its last word alone, or a type; any other\n"
    "word lists what speaks of it. Without a NAME everything is listed.";

/* ---- finding ---- */

/* "producer" of "dc:producer". */
static const char *last_word(const char *name)
{
    const char *dot = strpbrk(name, ".:");

    while (dot != NULL) {
        name = dot + 1;
        dot = strpbrk(name, ".:");
    }
    return name;
}

/* As a whole, or by the last word where that is all there is. */
static bool is_named(const struct cli_annotation *annotation, const char *name)
{
    bool is_word = last_word(name) == name;

    return g_str_equal(annotation->name, name) ||
           (is_word && g_str_equal(last_word(annotation->name), name)) ||
           (annotation->kind == CLI_ANNOTATION_FUNCTION && !is_word &&
            g_str_has_prefix(name, "dc:") && g_str_has_prefix(annotation->name, "datacenter:") &&
            g_str_equal(last_word(annotation->name), last_word(name)));
}

static bool contains(const char *text, const char *word)
{
    g_autofree char *folded = g_utf8_casefold(text, -1);
    g_autofree char *wanted = g_utf8_casefold(word, -1);

    return strstr(folded, wanted) != NULL;
}

static bool speaks_of(const struct cli_annotation *annotation, const char *word)
{
    if (contains(annotation->name, word) || contains(annotation->about, word)) {
        return true;
    }
    for (uint32_t i = 0; i < annotation->rows->len; i++) {
        const struct cli_annotation_row *row = g_ptr_array_index(annotation->rows, i);
        if (contains(row->name, word) || contains(row->about, word)) {
            return true;
        }
    }
    return false;
}

static bool any(const struct cli_annotation *annotation, const char *word)
{
    (void)word;
    return annotation->kind != CLI_ANNOTATION_FIELDS;
}

typedef bool match_fn(const struct cli_annotation *annotation, const char *word);

static GPtrArray *matching(const GPtrArray *all, match_fn *matches, const char *word)
{
    GPtrArray *found = g_ptr_array_new();

    for (uint32_t i = 0; i < all->len; i++) {
        struct cli_annotation *annotation = g_ptr_array_index(all, i);
        if (matches(annotation, word)) {
            g_ptr_array_add(found, annotation);
        }
    }
    return found;
}

/* ---- one, in full ---- */

static void append_title(const struct cli_page *page, const struct cli_annotation *annotation)
{
    g_autoptr(GString) title = g_string_new(annotation->name);

    switch (annotation->kind) {
    case CLI_ANNOTATION_FUNCTION:
        g_string_append_printf(title, "(%s)", annotation->arguments);
        break;
    case CLI_ANNOTATION_FIELDS:
        g_string_append_printf(title, " takes these fields");
        break;
    case CLI_ANNOTATION_ALIAS:
        g_string_append_printf(title, " = %s", annotation->arguments);
        break;
    case CLI_ANNOTATION_CLASS:
    case CLI_ANNOTATION_VALUE:
        break;
    }
    cli_page_coloured(page, CLI_PAGE_BOLD, title->str);
    g_string_append_c(page->out, '\n');
}

static void append_wrapped(const struct cli_page *page, const char *text, uint32_t indent)
{
    g_string_append_printf(page->out, "%*s", (int)indent, "");
    cli_text_append_wrapped(page->out, text, indent, page->style->columns);
    g_string_append_c(page->out, '\n');
}

static void append_row(const struct cli_page *page, const struct cli_annotation_row *row)
{
    g_autoptr(GString) head = g_string_new(NULL);

    g_string_append_printf(head, "%s%s  ", row->name, row->is_optional ? "?" : "");
    g_string_append(page->out, "  ");
    cli_page_begin_colour(page, CLI_PAGE_BOLD);
    g_string_append(page->out, head->str);
    cli_page_end_colour(page);
    cli_page_coloured(page, CLI_PAGE_FAINT, row->type);
    g_string_append_c(page->out, '\n');
    if (row->about[0] != '\0') {
        append_wrapped(page, row->about, ROW_INDENT);
    }
}

static void append_whole(const struct cli_page *page, const struct cli_annotation *annotation)
{
    if (page->out->len > 0) {
        g_string_append_c(page->out, '\n');
    }
    append_title(page, annotation);
    if (annotation->about[0] != '\0') {
        append_wrapped(page, annotation->about, 2);
    }
    for (uint32_t i = 0; i < annotation->rows->len; i++) {
        append_row(page, g_ptr_array_index(annotation->rows, i));
    }
}

/* All that are fields, or that are not: a function comes before what it takes. */
static void append_all(const struct cli_page *page, const GPtrArray *found, bool of_fields)
{
    for (uint32_t i = 0; i < found->len; i++) {
        const struct cli_annotation *annotation = g_ptr_array_index(found, i);
        if ((annotation->kind == CLI_ANNOTATION_FIELDS) == of_fields) {
            append_whole(page, annotation);
        }
    }
}

/* ---- many, a line each ---- */

static void append_line(const struct cli_page *page, const struct cli_annotation *annotation)
{
    g_autoptr(GString) line = g_string_new("  ");
    g_auto(GStrv) sentences = g_strsplit(annotation->about, ". ", 2);
    const char *first = sentences[0] != NULL ? sentences[0] : "";

    cli_text_append_padded(line, annotation->name, NAME_COLUMNS - 1);
    g_string_append_printf(line, " %s", first);
    if (line->len > page->style->columns) {
        const char *dots = page->style->is_ascii ? "..." : "\u2026";
        g_string_truncate(line, page->style->columns - 3);
        g_string_append(line, dots);
    }
    g_string_append_printf(page->out, "%s\n", g_strchomp(line->str));
}

static void append_list(const struct cli_page *page, const GPtrArray *found)
{
    for (uint32_t i = 0; i < found->len; i++) {
        append_line(page, g_ptr_array_index(found, i));
    }
}

/* ---- the command ---- */

static const char *nearest(const GPtrArray *all, const char *word)
{
    const char **names = g_new0(const char *, 2 * all->len + 1);
    uint32_t count = 0;

    for (uint32_t i = 0; i < all->len; i++) {
        const struct cli_annotation *annotation = g_ptr_array_index(all, i);
        names[count] = annotation->name;
        names[count + 1] = last_word(annotation->name);
        count += 2;
    }
    const char *meant = cli_text_nearest(word, names);
    g_free((void *)names);
    return meant;
}

static int complain(const GPtrArray *all, const char *word)
{
    const char *meant = nearest(all, word);

    if (meant != NULL) {
        cli_message_error("nothing is called '%s', did you mean %s?", word, meant);
    } else {
        cli_message_error("nothing is called '%s'; tailback api lists everything", word);
    }
    return CLI_STATUS_WRONG;
}

static int look_up(const struct cli_page *page, const GPtrArray *all, const char *word)
{
    g_autoptr(GPtrArray) named = matching(all, is_named, word);
    g_autoptr(GPtrArray) loose = matching(all, speaks_of, word);

    if (named->len == 0 && loose->len == 0) {
        return complain(all, word);
    }
    append_all(page, named, false);
    append_all(page, named, true);
    if (named->len == 0) {
        append_list(page, loose);
    }
    return CLI_STATUS_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Appends all Lua files of the folder, by their names. */
static bool append_files(GString *all, const char *folder, GError **error)
{
    g_autoptr(GDir) entries = g_dir_open(folder, 0, error);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    if (entries == NULL) {
        return false;
    }
    while ((name = g_dir_read_name(entries)) != NULL) {
        if (g_str_has_suffix(name, ".lua")) {
            g_ptr_array_add(names, g_strdup(name));
        }
    }
    g_ptr_array_sort(names, by_name);
    for (uint32_t i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(folder, g_ptr_array_index(names, i), NULL);
        g_autofree char *text = NULL;
        if (!g_file_get_contents(path, &text, NULL, error)) {
            return false;
        }
        g_string_append_printf(all, "%s\n", text);
    }
    return true;
}

/* The annotations of the library and of the systems, as one text; NULL, and *error set. */
static char *read_annotations(GError **error)
{
    g_autofree char *library = cli_paths_library(error);
    g_autoptr(GString) all = g_string_new(NULL);

    if (library == NULL) {
        return NULL;
    }
    g_autofree char *folder = g_build_filename(library, "annotations", NULL);
    g_autofree char *systems = g_build_filename(folder, "systems", NULL);
    if (!append_files(all, folder, error) || !append_files(all, systems, error)) {
        return NULL;
    }
    return g_strdup(all->str);
}

static int answer(const char *word, bool is_ascii)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = read_annotations(&error);

    if (text == NULL) {
        cli_message_error("%s", error->message);
        return CLI_STATUS_WRONG;
    }
    g_autoptr(GPtrArray) all = cli_annotations_read(text);
    g_autoptr(GString) out = g_string_new(NULL);
    struct cli_style style = cli_style_of(STDOUT_FILENO, is_ascii);
    const struct cli_page page = {.out = out, .style = &style};
    int status = CLI_STATUS_OK;

    if (word != NULL) {
        status = look_up(&page, all, word);
    } else {
        g_autoptr(GPtrArray) everything = matching(all, any, "");
        append_list(&page, everything);
    }
    g_print("%s", out->str);
    return status;
}

int cli_api_main(int argc, char **argv)
{
    gboolean is_ascii = FALSE;
    const GOptionEntry entries[] = {
        CLI_SUBCOMMAND_FLAG("ascii", &is_ascii, "print no character beyond ASCII"),
        {0},
    };
    g_auto(GStrv) arguments = g_strdupv(argv);
    enum cli_parsed parsed =
        cli_subcommand_parse(cli_subcommand_find("api"), entries, about, &arguments);

    (void)argc;
    if (parsed != CLI_PARSED) {
        return parsed == CLI_PARSED_HELP ? CLI_STATUS_OK : CLI_STATUS_WRONG;
    }
    if (arguments[1] != NULL && arguments[2] != NULL) {
        cli_message_error(
            "one name at a time: '%s' is one too many; see tailback help api", arguments[2]);
        return CLI_STATUS_WRONG;
    }
    return answer(arguments[1], is_ascii);
}
