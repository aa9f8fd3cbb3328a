/* Tests of models/file_posix: real files, and what becomes of errors.
 *
 * The calls of the C library that can fail are replaced here by ones that fail when told to; the
 * linker prefers these. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "models/file_posix.h"
#include "models/journal.h"

/* ---- calls that fail when told to ---- */

enum call {
    CALL_NONE,
    CALL_OPEN,
    CALL_WRITE,
    CALL_SHORT_WRITE,
    CALL_READ,
    CALL_SYNC,
    CALL_TRUNCATE,
    CALL_CLOSE,
    CALL_REMOVE,
};

struct plan {
    enum call call;
    int error;
    uint64_t countdown; /* fails when it reaches 0 */
    uint64_t fsyncs;
};

static struct plan plan; /* the one thing that the replaced calls can see */

static bool fails(enum call call)
{
    if (plan.call != call || plan.countdown == 0 || --plan.countdown > 0) {
        return false;
    }
    errno = plan.error;
    return true;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off_t offset);
ssize_t pread64(int descriptor, void *bytes, size_t size, off_t offset);
int ftruncate64(int descriptor, off_t size);

int openat64(int directory, const char *path, int flags, ...);

int openat64(int directory, const char *path, int flags, ...)
{
    return fails(CALL_OPEN) ? -1 : (int)syscall(SYS_openat, directory, path, flags, 0666);
}

/* As in Linux: it is closed, whatever is said. */
int close(int fd)
{
    int result = (int)syscall(SYS_close, fd);

    return fails(CALL_CLOSE) ? -1 : result;
}

int unlinkat(int fd, const char *name, int flag)
{
    return fails(CALL_REMOVE) ? -1 : (int)syscall(SYS_unlinkat, fd, name, flag);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off_t offset)
{
    if (fails(CALL_WRITE)) {
        return -1;
    }
    if (fails(CALL_SHORT_WRITE)) {
        size = (size + 1) / 2;
    }
    return syscall(SYS_pwrite64, descriptor, bytes, size, offset);
}

ssize_t pread64(int descriptor, void *bytes, size_t size, off_t offset)
{
    return fails(CALL_READ) ? -1 : syscall(SYS_pread64, descriptor, bytes, size, offset);
}

int fdatasync(int fildes)
{
    return fails(CALL_SYNC) ? -1 : (int)syscall(SYS_fdatasync, fildes);
}

int fsync(int fd)
{
    plan.fsyncs++;
    return fails(CALL_SYNC) ? -1 : (int)syscall(SYS_fsync, fd);
}

int ftruncate64(int descriptor, off_t size)
{
    return fails(CALL_TRUNCATE) ? -1 : (int)syscall(SYS_ftruncate, descriptor, size);
}

/* ---- the fixture ---- */

struct fixture {
    char directory[64];
    model_file_posix *disk;
    struct model_files files;
};

static int create_fixture(void **state)
{
    struct fixture *fixture = sim_allocate(1, sizeof(*fixture));
    int error = 0;

    plan = (struct plan){.call = CALL_NONE};
    strcpy(fixture->directory, "/tmp/tailback-test-XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    fixture->disk = model_file_posix_create(fixture->directory, &error);
    assert_non_null(fixture->disk);
    fixture->files = model_file_posix_files(fixture->disk);
    *state = fixture;
    return 0;
}

static int destroy_fixture(void **state)
{
    struct fixture *fixture = *state;
    char command[128];

    plan = (struct plan){.call = CALL_NONE};
    model_file_posix_destroy(fixture->disk);
    (void)snprintf(command, sizeof(command), "rm -r %s", fixture->directory);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a name of our own making */
    free(fixture);
    return 0;
}

static int put(struct fixture *fixture, uint64_t file, uint64_t offset, const char *text)
{
    return fixture->files.ops->write(fixture->files.context, file, offset, text, strlen(text));
}

static void assert_holds(struct fixture *fixture, uint64_t file, const char *text)
{
    char bytes[64] = {0};
    uint64_t size = 0;

    assert_int_equal(fixture->files.ops->size(fixture->files.context, file, &size), 0);
    assert_int_equal(size, strlen(text));
    assert_int_equal(fixture->files.ops->read(fixture->files.context, file, 0, bytes, size), 0);
    assert_string_equal(bytes, text);
}

/* ---- the files ---- */

static void reads_what_it_wrote(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(fixture->files.ops->create(fixture->files.context, 3), 0);
    assert_int_equal(put(fixture, 3, 0, "hello "), 0);
    assert_int_equal(put(fixture, 3, 6, "world"), 0);
    assert_holds(fixture, 3, "hello world");
}

static void keeps_files_apart(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(fixture->files.ops->create(fixture->files.context, 0), 0);
    assert_int_equal(put(fixture, 0, 0, "zero"), 0);
    assert_int_equal(fixture->files.ops->create(fixture->files.context, 1), 0);
    assert_int_equal(put(fixture, 1, 0, "one"), 0);
    assert_int_equal(put(fixture, 0, 4, "!"), 0);
    assert_holds(fixture, 0, "zero!");
    assert_holds(fixture, 1, "one");
}

static void lists_the_first_and_the_end(void **state)
{
    struct fixture *fixture = *state;
    uint64_t first = 9;
    uint64_t end = 9;

    assert_int_equal(fixture->files.ops->list(fixture->files.context, &first, &end), 0);
    assert_int_equal(first, end);
    assert_int_equal(fixture->files.ops->create(fixture->files.context, 7), 0);
    assert_int_equal(fixture->files.ops->create(fixture->files.context, 12), 0);
    assert_int_equal(fixture->files.ops->list(fixture->files.context, &first, &end), 0);
    assert_int_equal(first, 7);
    assert_int_equal(end, 13);
    assert_int_equal(fixture->files.ops->remove(fixture->files.context, 7), 0);
    assert_int_equal(fixture->files.ops->list(fixture->files.context, &first, &end), 0);
    assert_int_equal(first, 12);
}

static void lists_only_its_own_files(void **state)
{
    struct fixture *fixture = *state;
    static const char *const others[] = {
        "0000000000000001.journal~",
        "000000000000000g.journal",
        "journal",
        "000000000000000A.journal",
    };
    uint64_t first = 9;
    uint64_t end = 9;

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        char path[128];
        (void)snprintf(path, sizeof(path), "%s/%s", fixture->directory, others[i]);
        int descriptor = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        assert_true(descriptor >= 0);
        assert_int_equal(close(descriptor), 0);
    }
    assert_int_equal(fixture->files.ops->list(fixture->files.context, &first, &end), 0);
    assert_int_equal(first, end);
}

static void truncates(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(fixture->files.ops->create(fixture->files.context, 0), 0);
    assert_int_equal(put(fixture, 0, 0, "hello world"), 0);
    assert_int_equal(fixture->files.ops->truncate(fixture->files.context, 0, 5), 0);
    assert_holds(fixture, 0, "hello");
}

static void names_the_error_of_a_file_that_is_not_there(void **state)
{
    struct fixture *fixture = *state;
    uint64_t size = 77;
    char byte = 0;

    assert_int_equal(fixture->files.ops->size(fixture->files.context, 5, &size), -ENOENT);
    assert_int_equal(size, 77);
    assert_int_equal(fixture->files.ops->remove(fixture->files.context, 5), -ENOENT);
    assert_int_equal(fixture->files.ops->sync(fixture->files.context, 5), -ENOENT);
    assert_int_equal(fixture->files.ops->create(fixture->files.context, 5), 0);
    assert_int_equal(fixture->files.ops->read(fixture->files.context, 5, 0, &byte, 1), -ENODATA);
}

/* ---- the directory ---- */

static void refuses_a_directory_that_is_none(void **state)
{
    int error = 0;

    (void)state;
    assert_null(model_file_posix_create("/nowhere/at/all", &error));
    assert_int_equal(error, -ENOENT);
    assert_null(model_file_posix_create("/dev/null", &error));
    assert_int_equal(error, -ENOTDIR);
}

static void refuses_a_directory_that_is_locked(void **state)
{
    struct fixture *fixture = *state;
    int error = 0;

    assert_null(model_file_posix_create(fixture->directory, &error));
    assert_int_equal(error, -EWOULDBLOCK);
    pid_t child = fork();
    if (child == 0) {
        bool is_refused = model_file_posix_create(fixture->directory, &error) == NULL;
        _exit(is_refused && error == -EWOULDBLOCK ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);

    model_file_posix_destroy(fixture->disk);
    fixture->disk = model_file_posix_create(fixture->directory, &error);
    assert_non_null(fixture->disk);
}

/* In a child without the powers of root, whom nothing is read-only. */
static int try_as_nobody(struct fixture *fixture, int (*try)(struct fixture *))
{
    pid_t child = fork();

    if (child == 0) {
        bool is_nobody = geteuid() != 0 || (setegid(65534) == 0 && seteuid(65534) == 0);
        _exit(is_nobody ? try(fixture) : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static int try_directory(struct fixture *fixture)
{
    int error = 0;

    return model_file_posix_create(fixture->directory, &error) == NULL && error == -EACCES ? 0 : 1;
}

static void refuses_a_directory_that_is_read_only(void **state)
{
    struct fixture *fixture = *state;

    model_file_posix_destroy(fixture->disk);
    fixture->disk = NULL;
    assert_int_equal(chmod(fixture->directory, 0555), 0);
    assert_int_equal(try_as_nobody(fixture, try_directory), 0);
    assert_int_equal(chmod(fixture->directory, 0755), 0);
}

static bool take_none(void *context, uint64_t position, const void *record, uint32_t size)
{
    (void)context;
    (void)record;
    return position == 0 && size == 0;
}

static int try_journal(struct fixture *fixture)
{
    const struct model_journal_config config = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 1000};
    int error = 0;
    model_file_posix *disk = model_file_posix_create(fixture->directory, &error);
    if (disk == NULL) {
        return 1;
    }
    const struct model_files files = model_file_posix_files(disk);
    model_journal *journal = model_journal_create(&config, &files);
    struct model_journal_report report;
    bool is_told =
        model_journal_recover(journal, take_none, NULL, &report) == MODEL_JOURNAL_FAILED &&
        model_journal_error(journal) == -EACCES && report.records == 0;
    model_journal_destroy(journal);
    model_file_posix_destroy(disk);
    return is_told ? 0 : 1;
}

static void refuses_a_journal_that_is_read_only_and_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    char path[128];

    assert_int_equal(fixture->files.ops->create(fixture->files.context, 0), 0);
    assert_int_equal(put(fixture, 0, 0, "hello"), 0);
    model_file_posix_destroy(fixture->disk);
    fixture->disk = NULL;
    (void)snprintf(path, sizeof(path), "%s/%016x.journal", fixture->directory, 0U);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(fixture->directory, 0777), 0);
    assert_int_equal(try_as_nobody(fixture, try_journal), 0);
    assert_int_equal(chmod(path, 0644), 0);
    int error = 0;
    fixture->disk = model_file_posix_create(fixture->directory, &error);
    fixture->files = model_file_posix_files(fixture->disk);
    assert_holds(fixture, 0, "hello");
}

/* ---- errors ---- */

static void continues_a_short_write(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(fixture->files.ops->create(fixture->files.context, 0), 0);
    plan = (struct plan){.call = CALL_SHORT_WRITE, .countdown = 1};
    assert_int_equal(put(fixture, 0, 0, "hello world"), 0);
    assert_int_equal(plan.countdown, 0);
    assert_holds(fixture, 0, "hello world");
}

static void repeats_what_was_interrupted(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(fixture->files.ops->create(fixture->files.context, 0), 0);
    plan = (struct plan){.call = CALL_WRITE, .error = EINTR, .countdown = 1};
    assert_int_equal(put(fixture, 0, 0, "hello"), 0);
    plan = (struct plan){.call = CALL_READ, .error = EINTR, .countdown = 1};
    assert_holds(fixture, 0, "hello");
}

static void hands_on_every_other_error(void **state)
{
    struct fixture *fixture = *state;
    static const int errors[] = {EIO, ENOSPC, EAGAIN, EDQUOT};
    char byte;

    assert_int_equal(fixture->files.ops->create(fixture->files.context, 0), 0);
    assert_int_equal(put(fixture, 0, 0, "hello"), 0);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        plan = (struct plan){.call = CALL_WRITE, .error = errors[i], .countdown = 1};
        assert_int_equal(put(fixture, 0, 5, "!"), -errors[i]);
        plan = (struct plan){.call = CALL_READ, .error = errors[i], .countdown = 1};
        assert_int_equal(
            fixture->files.ops->read(fixture->files.context, 0, 0, &byte, 1), -errors[i]);
        plan = (struct plan){.call = CALL_TRUNCATE, .error = errors[i], .countdown = 1};
        assert_int_equal(fixture->files.ops->truncate(fixture->files.context, 0, 1), -errors[i]);
    }
    assert_holds(fixture, 0, "hello");
}

static void does_not_repeat_a_failed_sync(void **state)
{
    struct fixture *fixture = *state;
    static const int errors[] = {EIO, ENOSPC, EINTR, EAGAIN, EDQUOT};

    assert_int_equal(fixture->files.ops->create(fixture->files.context, 0), 0);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        plan = (struct plan){.call = CALL_SYNC, .error = errors[i], .countdown = 1};
        assert_int_equal(fixture->files.ops->sync(fixture->files.context, 0), -errors[i]);
    }
    assert_int_equal(fixture->files.ops->sync(fixture->files.context, 0), 0);
}

static void syncs_the_directory_when_a_name_is_new_or_gone(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(fixture->files.ops->create(fixture->files.context, 0), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(put(fixture, 0, 0, "hello"), 0);
        assert_int_equal(fixture->files.ops->sync(fixture->files.context, 0), 0);
        assert_int_equal(plan.fsyncs, 1);
    }
    assert_int_equal(fixture->files.ops->create(fixture->files.context, 1), 0);
    assert_int_equal(fixture->files.ops->remove(fixture->files.context, 0), 0);
    assert_int_equal(plan.fsyncs, 2);
}

static void creates_a_file_anew(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(fixture->files.ops->create(fixture->files.context, 0), 0);
    assert_int_equal(put(fixture, 0, 0, "hello"), 0);
    assert_int_equal(fixture->files.ops->create(fixture->files.context, 0), 0);
    assert_holds(fixture, 0, "");
}

/* ---- zeros ahead ---- */

static uint64_t size_on_disk(struct fixture *fixture, uint64_t file)
{
    char path[128];
    struct stat status;

    (void)snprintf(
        path, sizeof(path), "%s/%016llx.journal", fixture->directory, (unsigned long long)file);
    assert_int_equal(stat(path, &status), 0);
    return (uint64_t)status.st_size;
}

#define BLOCK_SIZE 2000

static void put_block(struct fixture *fixture, uint64_t offset)
{
    char block[BLOCK_SIZE];

    memset(block, 'x', sizeof(block));
    assert_int_equal(
        fixture->files.ops->write(fixture->files.context, 0, offset, block, sizeof(block)), 0);
}

static void assert_ends_after(struct fixture *fixture, uint64_t end, char last)
{
    uint64_t size = 0;
    char byte = 0;

    assert_int_equal(fixture->files.ops->size(fixture->files.context, 0, &size), 0);
    assert_int_equal(size, end);
    assert_int_equal(fixture->files.ops->read(fixture->files.context, 0, end - 1, &byte, 1), 0);
    assert_int_equal(byte, last);
}

/* The file has been synced, so the next small write makes it longer ahead. */
static void write_with_zeros_behind(struct fixture *fixture)
{
    assert_int_equal(fixture->files.ops->create(fixture->files.context, 0), 0);
    put_block(fixture, 0);
    assert_int_equal(size_on_disk(fixture, 0), BLOCK_SIZE);
    assert_int_equal(fixture->files.ops->sync(fixture->files.context, 0), 0);
    put_block(fixture, BLOCK_SIZE);
    assert_int_equal(size_on_disk(fixture, 0), UINT64_C(4) * BLOCK_SIZE);
}

static void shows_nobody_the_zeros_that_it_writes_ahead(void **state)
{
    struct fixture *fixture = *state;

    write_with_zeros_behind(fixture);
    assert_ends_after(fixture, UINT64_C(2) * BLOCK_SIZE, 'x');
    assert_int_equal(put(fixture, 0, UINT64_C(2) * BLOCK_SIZE, "!"), 0);
    assert_ends_after(fixture, UINT64_C(2) * BLOCK_SIZE + 1, '!');
    assert_int_equal(size_on_disk(fixture, 0), UINT64_C(4) * BLOCK_SIZE);
    assert_int_equal(fixture->files.ops->truncate(fixture->files.context, 0, 5), 0);
    assert_int_equal(size_on_disk(fixture, 0), 5);
    assert_ends_after(fixture, 5, 'x');
}

static void cuts_the_zeros_off_before_it_opens_another_file(void **state)
{
    struct fixture *fixture = *state;

    write_with_zeros_behind(fixture);
    uint64_t fsyncs = plan.fsyncs;
    assert_int_equal(fixture->files.ops->create(fixture->files.context, 1), 0);
    assert_int_equal(size_on_disk(fixture, 0), UINT64_C(2) * BLOCK_SIZE);
    assert_int_equal(plan.fsyncs, fsyncs + 1);
    assert_ends_after(fixture, UINT64_C(2) * BLOCK_SIZE, 'x');
}

static void says_when_the_zeros_cannot_be_cut_off(void **state)
{
    struct fixture *fixture = *state;

    write_with_zeros_behind(fixture);
    plan = (struct plan){.call = CALL_TRUNCATE, .error = EIO, .countdown = 1};
    assert_int_equal(fixture->files.ops->create(fixture->files.context, 1), -EIO);
}

static void does_not_miss_zeros_that_the_disk_refuses(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(fixture->files.ops->create(fixture->files.context, 0), 0);
    assert_int_equal(fixture->files.ops->sync(fixture->files.context, 0), 0);
    plan = (struct plan){.call = CALL_WRITE, .error = ENOSPC, .countdown = 2};
    put_block(fixture, 0);
    assert_int_equal(plan.countdown, 0);
    assert_int_equal(size_on_disk(fixture, 0), BLOCK_SIZE);
    assert_ends_after(fixture, BLOCK_SIZE, 'x');
}

/* ---- a journal on it ---- */

static bool count_records(void *context, uint64_t position, const void *record, uint32_t size)
{
    uint64_t *count = context;

    (void)record;
    *count = position;
    return size == 100;
}

/* Writes until it fails or 20 records are committed, of which the last 6 are needed; returns how
 * many are. */
static uint64_t write_journal(struct fixture *fixture, uint64_t segment_size)
{
    const struct model_journal_config config = {
        .sync = MODEL_SYNC_ALWAYS, .segment_size = segment_size};
    model_journal *journal = model_journal_create(&config, &fixture->files);
    const struct model_store *store = model_journal_store(journal);
    static const uint8_t record[100] = {1};
    struct model_journal_report report;
    uint64_t count = 0;

    bool is_open =
        model_journal_recover(journal, count_records, &count, &report) == MODEL_JOURNAL_OK;
    for (uint64_t i = count; is_open && i < 20; i++) {
        store->append(store->context, record, sizeof(record));
        (void)model_journal_pump(journal, 0);
        model_journal_check(journal);
        store->release(store->context, i > 6 ? i - 6 : 0);
    }
    uint64_t committed = model_journal_committed(journal);
    assert_true(committed == 20 || model_journal_error(journal) == -plan.error);
    model_journal_destroy(journal);
    return committed;
}

static uint64_t read_journal(struct fixture *fixture)
{
    const struct model_journal_config config = {.sync = MODEL_SYNC_ALWAYS, .segment_size = 1000};
    model_journal *journal = model_journal_create(&config, &fixture->files);
    struct model_journal_report report;
    uint64_t count = 0;

    plan = (struct plan){.call = CALL_NONE};
    assert_int_equal(
        model_journal_recover(journal, count_records, &count, &report), MODEL_JOURNAL_OK);
    model_journal_destroy(journal);
    return count;
}

static void remove_all(struct fixture *fixture)
{
    uint64_t first = 0;
    uint64_t end = 0;

    assert_int_equal(fixture->files.ops->list(fixture->files.context, &first, &end), 0);
    for (uint64_t file = first; file < end; file++) {
        assert_int_equal(fixture->files.ops->remove(fixture->files.context, file), 0);
    }
}

#define CALLS  7U
#define ERRORS 5U

/* Whether the k-th call was made, and so failed. */
static bool keeps_its_word(struct fixture *fixture, const struct plan *failure)
{
    plan = *failure;
    uint64_t committed = write_journal(fixture, 1200);
    bool did_fail = plan.countdown == 0;
    bool is_repeated =
        failure->call == CALL_SHORT_WRITE ||
        (failure->error == EINTR && (failure->call == CALL_WRITE || failure->call == CALL_OPEN));

    uint64_t found = read_journal(fixture);
    assert_true(found >= committed && found <= committed + 1);
    assert_true(committed == 20 || !is_repeated || failure->call == CALL_OPEN);
    remove_all(fixture);
    return did_fail;
}

static void keeps_a_journal_whichever_call_fails(void **state)
{
    struct fixture *fixture = *state;
    static const enum call calls[CALLS] = {
        CALL_OPEN,
        CALL_WRITE,
        CALL_SHORT_WRITE,
        CALL_SYNC,
        CALL_TRUNCATE,
        CALL_CLOSE,
        CALL_REMOVE,
    };
    static const int errors[ERRORS] = {EIO, ENOSPC, EINTR, EAGAIN, EDQUOT};

    for (uint32_t i = 0; i < CALLS * ERRORS; i++) {
        struct plan failure = {
            .call = calls[i % CALLS], .error = errors[i / CALLS], .countdown = 1};
        while (keeps_its_word(fixture, &failure)) {
            failure.countdown++;
        }
        assert_true(failure.countdown > 1); /* there is such a call */
    }
}

static void carries_a_journal_over_to_the_next_process(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(write_journal(fixture, 1000), 20);
    int error = 0;
    model_file_posix_destroy(fixture->disk);
    fixture->disk = model_file_posix_create(fixture->directory, &error);
    fixture->files = model_file_posix_files(fixture->disk);
    assert_int_equal(read_journal(fixture), 20);
}

static uint64_t size_of_last(struct fixture *fixture)
{
    uint64_t first = 0;
    uint64_t end = 0;

    assert_int_equal(fixture->files.ops->list(fixture->files.context, &first, &end), 0);
    assert_true(first < end);
    return size_on_disk(fixture, end - 1);
}

/* A process that ends without a word leaves zeros behind the last record: a torn end. */
static void recovers_a_journal_with_zeros_at_its_end(void **state)
{
    struct fixture *fixture = *state;
    int error = 0;

    model_file_posix_destroy(fixture->disk);
    pid_t child = fork();
    if (child == 0) {
        fixture->disk = model_file_posix_create(fixture->directory, &error);
        fixture->files = model_file_posix_files(fixture->disk);
        _exit(write_journal(fixture, 1000000) == 20 && size_of_last(fixture) > 3000 ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    fixture->disk = model_file_posix_create(fixture->directory, &error);
    fixture->files = model_file_posix_files(fixture->disk);
    assert_int_equal(status, 0);
    assert_int_equal(read_journal(fixture), 20);
    assert_in_range(size_of_last(fixture), 2000, 3000);
}

#define POSIX_TEST(name) cmocka_unit_test_setup_teardown(name, create_fixture, destroy_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        POSIX_TEST(reads_what_it_wrote),
        POSIX_TEST(keeps_files_apart),
        POSIX_TEST(lists_the_first_and_the_end),
        POSIX_TEST(lists_only_its_own_files),
        POSIX_TEST(truncates),
        POSIX_TEST(names_the_error_of_a_file_that_is_not_there),
        cmocka_unit_test(refuses_a_directory_that_is_none),
        POSIX_TEST(refuses_a_directory_that_is_locked),
        POSIX_TEST(refuses_a_directory_that_is_read_only),
        POSIX_TEST(refuses_a_journal_that_is_read_only_and_changes_nothing),
        POSIX_TEST(continues_a_short_write),
        POSIX_TEST(repeats_what_was_interrupted),
        POSIX_TEST(hands_on_every_other_error),
        POSIX_TEST(does_not_repeat_a_failed_sync),
        POSIX_TEST(syncs_the_directory_when_a_name_is_new_or_gone),
        POSIX_TEST(creates_a_file_anew),
        POSIX_TEST(shows_nobody_the_zeros_that_it_writes_ahead),
        POSIX_TEST(cuts_the_zeros_off_before_it_opens_another_file),
        POSIX_TEST(says_when_the_zeros_cannot_be_cut_off),
        POSIX_TEST(does_not_miss_zeros_that_the_disk_refuses),
        POSIX_TEST(keeps_a_journal_whichever_call_fails),
        POSIX_TEST(carries_a_journal_over_to_the_next_process),
        POSIX_TEST(recovers_a_journal_with_zeros_at_its_end),
    };

    return cmocka_run_group_tests_name("models/file_posix", tests, NULL, NULL);
}
