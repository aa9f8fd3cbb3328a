/* The line is cut from the left: up to the bracket, the time, the quoted request, the numbers. */
/* SPDX-License-Identifier: MIT */
#include "sim/access_log.h"

#include <string.h>

#include "sim/base.h"

#define TIME_LENGTH 26 /* of "17/May/2015:10:05:03 +0000" */

struct text {
    const char *start;
    const char *end;
};

bool sim_access_is_log(const char *start, const char *end)
{
    SIM_ASSERT(start <= end);
    return memchr(start, '[', (size_t)(end - start)) != NULL &&
           memchr(start, '"', (size_t)(end - start)) != NULL;
}

/* Moves to behind the first such character. */
static bool skip_past(struct text *text, char c)
{
    const char *found = memchr(text->start, c, (size_t)(text->end - text->start));

    if (found == NULL) {
        return false;
    }
    SIM_ASSERT(found < text->end);
    text->start = found + 1;
    return true;
}

/* Exactly so many digits from there; -1 when they are none. */
static int number_at(const char *start, int digits)
{
    int number = 0;

    SIM_ASSERT(digits > 0 && digits <= 4);
    for (int i = 0; i < digits; i++) {
        if (start[i] < '0' || start[i] > '9') {
            return -1;
        }
        number = number * 10 + (start[i] - '0');
    }
    return number;
}

/* 1 to 12; 0 when it is no month. */
static int month_at(const char *start)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (int i = 0; i < 12; i++) {
        if (memcmp(names + (size_t)i * 3, start, 3) == 0) {
            return i + 1;
        }
    }
    SIM_ASSERT(sizeof(names) == 12 * 3 + 1);
    return 0;
}

/* Days since 1970-01-01 of the Gregorian calendar: years begin in March, so that the leap day is
 * the last of its year. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t shifted = month <= 2 ? month + 9 : month - 3;

    SIM_ASSERT(y >= 0 && shifted >= 0 && shifted < 12);
    return y * 365 + y / 4 - y / 100 + y / 400 + (shifted * 153 + 2) / 5 + day - 1 - 719468;
}

static bool parse_time(const char *at, int64_t *out_second)
{
    static const char form[] = "nn/nnn/nnnn:nn:nn:nn snnnn";
    int day = number_at(at, 2);
    int month = month_at(at + 3);
    int year = number_at(at + 7, 4);
    int hour = number_at(at + 12, 2);
    int minute = number_at(at + 15, 2);
    int second = number_at(at + 18, 2);
    int zone_hour = number_at(at + 22, 2);
    int zone_minute = number_at(at + 24, 2);

    SIM_ASSERT(sizeof(form) == TIME_LENGTH + 1);
    for (int i = 0; i < TIME_LENGTH; i++) {
        if (form[i] != 'n' && form[i] != 's' && at[i] != form[i]) {
            return false;
        }
    }
    bool is_time = day >= 1 && day <= 31 && month > 0 && year >= 1970 && hour >= 0 && hour < 24 &&
                   minute >= 0 && minute < 60 && second >= 0 && second <= 60;
    if (!is_time || zone_hour < 0 || zone_minute < 0 || (at[21] != '+' && at[21] != '-')) {
        return false;
    }
    int zone = zone_hour * 3600 + zone_minute * 60;
    int64_t local = ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    *out_second = at[21] == '+' ? local - zone : local + zone;
    return true;
}

/* Cuts off what is quoted: a backslash takes the character behind it along. */
static bool take_quoted(struct text *text, struct text *out_quoted)
{
    if (!skip_past(text, '"')) {
        return false;
    }
    out_quoted->start = text->start;
    while (text->start < text->end && *text->start != '"') {
        text->start += *text->start == '\\' && text->start + 1 < text->end ? 2 : 1;
    }
    if (text->start >= text->end) {
        return false;
    }
    out_quoted->end = text->start;
    text->start++;
    SIM_ASSERT(out_quoted->start <= out_quoted->end);
    return true;
}

/* Of "GET /index.html HTTP/1.1" the middle; of what is no request all of it. */
static uint64_t hash_target(struct text request)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    struct text target = request;

    if (skip_past(&target, ' ')) {
        const char *blank = memchr(target.start, ' ', (size_t)(target.end - target.start));
        target.end = blank != NULL ? blank : target.end;
    }
    for (const char *c = target.start; c < target.end; c++) {
        hash = (hash ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
    }
    SIM_ASSERT(target.start <= target.end);
    return hash >> 1;
}

/* The status, which is passed over, and the size. */
static bool parse_size(struct text text, int64_t *out_size)
{
    int64_t size = 0;
    bool has_status = skip_past(&text, ' ');

    if (!has_status || !skip_past(&text, ' ') || text.start == text.end) {
        return false;
    }
    if (*text.start == '-') {
        *out_size = 0;
        return true;
    }
    const char *first = text.start;
    for (; text.start < text.end && *text.start >= '0' && *text.start <= '9'; text.start++) {
        if (size > (INT64_MAX - 9) / 10) {
            return false;
        }
        size = size * 10 + (*text.start - '0');
    }
    SIM_ASSERT(size >= 0);
    *out_size = size;
    return text.start > first;
}

const char *sim_access_parse(const char *start, const char *end, struct sim_access *out_access)
{
    struct text text = {start, end};
    struct text request = {start, start};

    SIM_ASSERT(start <= end);
    if (!skip_past(&text, '[') || text.end - text.start < TIME_LENGTH + 1 ||
        !parse_time(text.start, &out_access->second) || text.start[TIME_LENGTH] != ']') {
        return "the time is not as in [17/May/2015:10:05:03 +0000]";
    }
    text.start += TIME_LENGTH;
    if (!take_quoted(&text, &request)) {
        return "the request is not in quotes, as \"GET / HTTP/1.1\"";
    }
    if (!parse_size(text, &out_access->size)) {
        return "behind the request there is no status and no size, as 200 2326";
    }
    out_access->target = hash_target(request);
    return NULL;
}
