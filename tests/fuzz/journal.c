/* Fuzzing of models/journal_recover: what stands on a disk is recovered up to the first damage, or
 * refused; and what was recovered once is recovered again. */
/* SPDX-License-Identifier: MIT */
#include "models/journal.h"

#include <string.h>

#include "tests/fake_disk.h"
#include "tests/fuzz/fuzz.h"

#define SEGMENT_SIZE 512 /* at which a journal begins another one */
#define SEGMENTS_MAX 8

struct visits {
    uint64_t count;
    uint64_t bytes;
};

static bool visit(void *context, uint64_t position, const void *record, uint32_t size)
{
    struct visits *visits = context;

    FUZZ_REQUIRE(size >= 1 && size <= MODEL_JOURNAL_RECORD_MAX && position > 0);
    FUZZ_REQUIRE(record != NULL);
    visits->count++;
    visits->bytes += size;
    return true;
}

static enum model_journal_status recover(
    const struct model_files *files, struct visits *out_visits, struct model_journal_report *report)
{
    const struct model_journal_config config = {
        .sync = MODEL_SYNC_ALWAYS,
        .segment_size = SEGMENT_SIZE,
    };
    model_journal *journal = model_journal_create(&config, files);

    *out_visits = (struct visits){0};
    enum model_journal_status status = model_journal_recover(journal, visit, out_visits, report);
    model_journal_destroy(journal);
    return status;
}

/* Of each segment the input has the size, in two bytes, and what stands in it. */
static void put_segments(struct fake_disk *disk, const uint8_t *bytes, size_t size)
{
    for (uint64_t segment = 0; segment < SEGMENTS_MAX && size >= 2; segment++) {
        size_t wanted = bytes[0] | (size_t)bytes[1] << 8;
        size_t count = wanted < size - 2 ? wanted : size - 2;
        (void)fake_create(disk, segment);
        if (count > 0) {
            (void)fake_write(disk, segment, 0, bytes + 2, count);
        }
        bytes += 2 + count;
        size -= 2 + count;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct fake_disk *disk = fake_disk_create();
    const struct model_files files = fake_disk_files(disk);
    struct model_journal_report report;
    struct visits first;
    struct visits second;

    put_segments(disk, bytes, size);
    if (recover(&files, &first, &report) == MODEL_JOURNAL_OK) {
        FUZZ_REQUIRE(report.records == first.count && report.bytes >= first.bytes);
        FUZZ_REQUIRE(recover(&files, &second, &report) == MODEL_JOURNAL_OK);
        FUZZ_REQUIRE(second.count == first.count && report.torn_bytes == 0);
    }
    fake_disk_destroy(disk);
    return 0;
}
