/* Nothing here obeys the locale, so a log means the same everywhere. */
/* SPDX-License-Identifier: MIT */
#include "world/logfield.h"

#include <string.h>

#include <glib.h>

#include "sim/random.h"

#define NS_DIGITS     9
#define SECONDS_A_DAY INT64_C(86400)

size_t world_logfield_length(struct world_logfield text)
{
    SIM_ASSERT(text.start <= text.end);
    return (size_t)(text.end - text.start);
}

struct world_logfield world_logfield_take(struct world_logfield *line, char separator)
{
    const char *stop = memchr(line->start, separator, world_logfield_length(*line));
    struct world_logfield taken = {line->start, stop != NULL ? stop : line->end};

    SIM_ASSERT(taken.start <= taken.end);
    line->start = stop != NULL ? stop + 1 : line->end;
    return taken;
}

bool world_logfield_digits(struct world_logfield *text, uint64_t *out_number)
{
    const char *start = text->start;
    uint64_t number = 0;

    while (text->start < text->end && g_ascii_isdigit(*text->start) && text->start - start < 19) {
        number = number * 10 + (uint64_t)(*text->start++ - '0');
    }
    SIM_ASSERT(text->start >= start);
    *out_number = number;
    return text->start > start && (text->start == text->end || !g_ascii_isdigit(*text->start));
}

static bool parse_address(struct world_logfield text, uint64_t *out_number)
{
    uint64_t address = 0;

    for (int part = 0; part < 4; part++) {
        uint64_t byte;
        if (!world_logfield_digits(&text, &byte) || byte > 255) {
            return false;
        }
        address = address << 8 | byte;
        bool has_dot = text.start < text.end && *text.start == '.';
        if (part < 3 && !has_dot) {
            return false;
        }
        text.start += part < 3;
    }
    SIM_ASSERT(address <= UINT32_MAX);
    *out_number = address;
    return text.start == text.end;
}

uint64_t world_logfield_number(struct world_logfield text)
{
    struct world_logfield rest = text;
    uint64_t number;

    if (world_logfield_digits(&rest, &number) && rest.start == rest.end) {
        return number;
    }
    if (parse_address(text, &number)) {
        return number;
    }
    number = world_logfield_length(text);
    for (const char *c = text.start; c < text.end; c++) {
        number = sim_random_mix(number ^ (uint8_t)*c);
    }
    SIM_ASSERT(text.start <= text.end);
    return number >> 1;
}

uint32_t world_logfield_attribute(struct world_logfield text)
{
    uint64_t number = world_logfield_number(text);

    SIM_ASSERT(text.start <= text.end);
    return number <= UINT32_MAX ? (uint32_t)number : (uint32_t)(number >> 31);
}

bool world_logfield_seconds(struct world_logfield text, sim_time *out_time)
{
    uint64_t seconds;
    sim_time unit = SIM_SECOND;

    if (!world_logfield_digits(&text, &seconds) ||
        seconds > (uint64_t)(SIM_NEVER / SIM_SECOND) - 1) {
        return false;
    }
    *out_time = (sim_time)seconds * SIM_SECOND;
    if (text.start < text.end && *text.start == '.') {
        text.start++;
        for (int i = 0; text.start < text.end && g_ascii_isdigit(*text.start); i++) {
            unit /= i < NS_DIGITS ? 10 : 1;
            *out_time += i < NS_DIGITS ? (*text.start - '0') * unit : 0;
            text.start++;
        }
    }
    SIM_ASSERT(*out_time >= 0);
    return text.start == text.end;
}

/* ---- dates and paths of Common Log Format ---- */

/* Days since 1 January 1970 of the proleptic Gregorian calendar: years of 400, begun in March (H.
 * Hinnant, "chrono-compatible low-level date algorithms", days_from_civil). */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t shifted = month <= 2 ? year - 1 : year;
    int64_t era = shifted / 400;
    int64_t of_era = shifted - era * 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    SIM_ASSERT(year >= 0 && month >= 1 && month <= 12);
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t month_of(struct world_logfield name)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    SIM_ASSERT(sizeof(months) == 37);
    for (int i = 0; i < 12; i++) {
        if (world_logfield_length(name) == 3 &&
            memcmp(name.start, months + 3 * (size_t)i, 3) == 0) {
            return i + 1;
        }
    }
    return 0;
}

/* "+0130", or nothing. */
static bool parse_zone(struct world_logfield text, int64_t *out_seconds)
{
    uint64_t number = 0;
    bool is_west = world_logfield_length(text) > 0 && *text.start == '-';

    *out_seconds = 0;
    if (world_logfield_length(text) == 0) {
        return true;
    }
    text.start++;
    if (!world_logfield_digits(&text, &number) || number > 2359) {
        return false;
    }
    SIM_ASSERT(number <= 2359);
    int64_t seconds = (int64_t)(number / 100 * 3600 + number % 100 * 60);
    *out_seconds = is_west ? -seconds : seconds;
    return text.start == text.end;
}

bool world_logfield_date(struct world_logfield text, sim_time *out_time)
{
    uint64_t parts[5]; /* day, year, hour, minute, second */
    static const char separators[] = {'/', '/', ':', ':', ':', ' '};
    int64_t zone;
    int64_t month = 0;

    for (uint32_t i = 0, part = 0; i < G_N_ELEMENTS(separators); i++) {
        struct world_logfield field = world_logfield_take(&text, separators[i]);
        if (i == 1) {
            month = month_of(field);
        } else if (!world_logfield_digits(&field, &parts[part++]) || field.start != field.end) {
            return false;
        }
    }
    if (month == 0 || parts[0] < 1 || parts[0] > 31 || parts[1] < 1970 || parts[1] > 2200 ||
        parts[2] > 23 || parts[3] > 59 || parts[4] > 60 || !parse_zone(text, &zone)) {
        return false;
    }
    int64_t seconds = days_of((int64_t)parts[1], month, (int64_t)parts[0]) * SECONDS_A_DAY +
                      (int64_t)(parts[2] * 3600 + parts[3] * 60 + parts[4]) - zone;
    SIM_ASSERT(seconds > -2 * SECONDS_A_DAY);
    *out_time = seconds * SIM_SECOND;
    return true;
}

struct world_logfield world_logfield_segment(struct world_logfield request)
{
    (void)world_logfield_take(&request, ' ');
    struct world_logfield path = world_logfield_take(&request, ' ');

    SIM_ASSERT(path.start <= path.end);
    while (path.start < path.end && *path.start == '/') {
        path.start++;
    }
    struct world_logfield segment = world_logfield_take(&path, '/');
    return world_logfield_take(&segment, '?');
}
