/* Everything here makes strings for people; nothing here is on the path of an event. */
/* SPDX-License-Identifier: MIT */
#include "cli/text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE (INT64_C(60) * SIM_SECOND)
#define HOUR   (INT64_C(60) * MINUTE)
#define DAY    (INT64_C(24) * HOUR)

/* ---- foreign text ---- */

/* Characters that print nothing and change how others print. */
static bool is_hidden(gunichar character)
{
    static const GUnicodeType hidden[] = {
        G_UNICODE_CONTROL,
        G_UNICODE_FORMAT,
        G_UNICODE_LINE_SEPARATOR,
        G_UNICODE_PARAGRAPH_SEPARATOR,
        G_UNICODE_PRIVATE_USE,
        G_UNICODE_SURROGATE,
        G_UNICODE_UNASSIGNED,
    };
    GUnicodeType type = g_unichar_type(character);

    for (size_t i = 0; i < G_N_ELEMENTS(hidden); i++) {
        if (type == hidden[i]) {
            return true;
        }
    }
    return false;
}

static const char *next_character(const char *at)
{
    return at + g_utf8_skip[(unsigned char)*at];
}

static void append_escape(GString *out, gunichar character)
{
    if (character == '\n') {
        g_string_append(out, "\\n");
    } else if (character == '\t') {
        g_string_append(out, "  ");
    } else if (character < 0x80) {
        g_string_append_printf(out, "\\x%02x", character);
    } else {
        g_string_append_printf(out, "\\u{%x}", character);
    }
}

char *cli_text_escape(const char *text, bool is_ascii)
{
    GString *out = g_string_new(NULL);
    const char *at = text;

    while (*at != '\0') {
        gunichar character = g_utf8_get_char_validated(at, -1);
        bool is_valid = character != (gunichar)-1 && character != (gunichar)-2;
        if (!is_valid) {
            g_string_append_printf(out, "\\x%02x", (unsigned char)*at);
            at++;
            continue;
        }
        if (is_hidden(character) || (is_ascii && character >= 0x80)) {
            append_escape(out, character);
        } else {
            g_string_append_unichar(out, character);
        }
        at = next_character(at);
    }
    return g_string_free(out, FALSE);
}

static uint32_t columns_of(gunichar character)
{
    if (g_unichar_iszerowidth(character)) {
        return 0;
    }
    return g_unichar_iswide(character) ? 2 : 1;
}

uint32_t cli_text_columns(const char *text)
{
    uint32_t columns = 0;

    for (const char *at = text; *at != '\0'; at = next_character(at)) {
        columns += columns_of(g_utf8_get_char(at));
    }
    return columns;
}

void cli_text_append_padded(GString *out, const char *text, uint32_t columns)
{
    g_string_append(out, text);
    for (uint32_t column = cli_text_columns(text); column < columns; column++) {
        g_string_append_c(out, ' ');
    }
}

void cli_text_append_wrapped(GString *out, const char *text, uint32_t indent, uint32_t columns)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    uint32_t column = indent;

    for (uint32_t i = 0; words[i] != NULL; i++) {
        uint32_t width = cli_text_columns(words[i]);
        if (column > indent && column + 1 + width > columns) {
            g_string_append_printf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            g_string_append_c(out, ' ');
            column++;
        }
        g_string_append(out, words[i]);
        column += width;
    }
}

/* ---- numbers and times ---- */

char *cli_text_count(uint64_t count)
{
    char digits[32];
    int length = g_snprintf(digits, sizeof(digits), "%" G_GUINT64_FORMAT, count);
    GString *out = g_string_new(NULL);

    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            g_string_append_c(out, ',');
        }
        g_string_append_c(out, digits[i]);
    }
    return g_string_free(out, FALSE);
}

char *cli_text_number(double number)
{
    double size = fabs(number);

    if (!isfinite(number)) {
        return g_strdup("-");
    }
    if (size >= 999.5 && size < 1e18) {
        g_autofree char *count = cli_text_count((uint64_t)(size + 0.5));
        return g_strdup_printf("%s%s", number < 0 ? "-" : "", count);
    }
    return g_strdup_printf("%.3g", number);
}

/* Three digits that count, without an exponent: below 1000. */
static char *scaled(sim_time duration, sim_time unit, const char *name)
{
    double number = (double)duration / (double)unit;
    int decimals = number >= 99.95 ? 0 : number >= 9.995 ? 1 : 2;
    char digits[32];
    size_t length = (size_t)g_snprintf(digits, sizeof(digits), "%.*f", decimals, number);

    while (decimals > 0 && digits[length - 1] == '0') {
        digits[--length] = '\0';
    }
    if (decimals > 0 && digits[length - 1] == '.') {
        digits[--length] = '\0';
    }
    return g_strdup_printf("%s %s", digits, name);
}

static char *in_two_units(sim_time duration, sim_time unit, const char *const names[2])
{
    sim_time part = unit == DAY ? HOUR : unit / 60;
    sim_time whole = duration / unit;
    sim_time rest = duration % unit / part;

    if (rest == 0) {
        return g_strdup_printf("%" G_GINT64_FORMAT " %s", whole, names[0]);
    }
    return g_strdup_printf(
        "%" G_GINT64_FORMAT " %s %" G_GINT64_FORMAT " %s", whole, names[0], rest, names[1]);
}

char *cli_text_duration(sim_time duration)
{
    /* What would be rounded to a thousand of a unit is one of the next. */
    if (duration < SIM_MICROSECOND) {
        return g_strdup_printf("%" G_GINT64_FORMAT " ns", duration);
    }
    if (duration < SIM_MILLISECOND - SIM_MILLISECOND / 2000) {
        return scaled(duration, SIM_MICROSECOND, "us");
    }
    if (duration < SIM_SECOND - SIM_SECOND / 2000) {
        return scaled(duration, SIM_MILLISECOND, "ms");
    }
    if (duration < MINUTE) {
        return scaled(duration, SIM_SECOND, "s");
    }
    if (duration < HOUR) {
        return in_two_units(duration, MINUTE, (const char *const[]){"min", "s"});
    }
    if (duration < DAY) {
        return in_two_units(duration, HOUR, (const char *const[]){"h", "min"});
    }
    return in_two_units(duration, DAY, (const char *const[]){"d", "h"});
}

char *cli_text_instant(sim_time instant)
{
    sim_time ms = (instant + SIM_MILLISECOND / 2) / SIM_MILLISECOND;
    sim_time s = ms / 1000;

    if (s < 3600) {
        return g_strdup_printf("%" G_GINT64_FORMAT ".%03d s", s, (int)(ms % 1000));
    }
    return g_strdup_printf(
        "%" G_GINT64_FORMAT ":%02d:%02d.%03d",
        s / 3600,
        (int)(s / 60 % 60),
        (int)(s % 60),
        (int)(ms % 1000));
}

struct unit {
    const char *name;
    sim_time size;
};

static const struct unit units[] = {
    {"", SIM_SECOND},
    {"ns", 1},
    {"us", SIM_MICROSECOND},
    {"\302\265s", SIM_MICROSECOND}, /* the micro sign */
    {"ms", SIM_MILLISECOND},
    {"s", SIM_SECOND},
    {"min", MINUTE},
    {"h", HOUR},
    {"d", DAY},
};

static sim_time unit_named(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (g_str_equal(units[i].name, name)) {
            return units[i].size;
        }
    }
    return 0;
}

bool cli_text_parse_duration(const char *text, sim_time *out_duration)
{
    size_t length = strspn(text, "0123456789.");
    g_autofree char *digits = g_strndup(text, length);
    const char *name = text + length + strspn(text + length, " ");
    sim_time unit = unit_named(name);
    char *end = NULL;

    if (unit == 0 || strpbrk(digits, "0123456789") == NULL) {
        return false;
    }
    double number = g_ascii_strtod(digits, &end);
    if (*end != '\0' || number * (double)unit >= 0x1p63) {
        return false;
    }
    *out_duration = (sim_time)(number * (double)unit + 0.5);
    return true;
}

/* ---- names that are nearly right ---- */

#define WORD_LENGTH_MAX 48

/* What it costs to make one word of the other (Damerau 1964; the variant that touches no letter
 * twice). A letter that is missing, too much, or swapped with its neighbour is a likelier slip than
 * a wrong one. Both are short. */
#define SLIP_COST  2
#define WRONG_COST 3

struct table {
    const char *a;
    const char *b;
    size_t cost[WORD_LENGTH_MAX + 1]
               [WORD_LENGTH_MAX + 1]; /* of making b's first j of a's first i */
};

static size_t cheapest(const struct table *table, size_t i, size_t j)
{
    const char *a = table->a;
    const char *b = table->b;
    size_t kept = table->cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : WRONG_COST);
    size_t slipped = MIN(table->cost[i - 1][j], table->cost[i][j - 1]) + SLIP_COST;
    size_t least = MIN(kept, slipped);

    if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        return MIN(least, table->cost[i - 2][j - 2] + SLIP_COST);
    }
    return least;
}

static size_t cost(const char *a, const char *b)
{
    struct table table = {.a = a, .b = b};
    size_t a_length = strlen(a);
    size_t b_length = strlen(b);

    for (size_t i = 0; i <= a_length; i++) {
        table.cost[i][0] = SLIP_COST * i;
    }
    for (size_t j = 0; j <= b_length; j++) {
        table.cost[0][j] = SLIP_COST * j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        for (size_t j = 1; j <= b_length; j++) {
            table.cost[i][j] = cheapest(&table, i, j);
        }
    }
    return table.cost[a_length][b_length];
}

const char *cli_text_nearest(const char *word, const char *const *names)
{
    const char *nearest = NULL;
    size_t least = SLIP_COST * (1 + strlen(word) / 3);

    if (strlen(word) > WORD_LENGTH_MAX) {
        return NULL;
    }
    for (uint32_t i = 0; names[i] != NULL; i++) {
        SIM_ASSERT(strlen(names[i]) <= WORD_LENGTH_MAX);
        size_t found = cost(word, names[i]);
        if (found <= least && (nearest == NULL || found < least)) {
            nearest = names[i];
            least = found;
        }
    }
    return nearest;
}
