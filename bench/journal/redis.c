/* A Redis stream: a server of our own behind a socket in the directory, which syncs its log before
 * it answers; a batch is so many XADD sent before the first answer is awaited (Debian:
 * redis-server, libhiredis-dev). */
/* SPDX-License-Identifier: MIT */
#include <hiredis/hiredis.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/journal/stores.h"

#define TRIES_MAX 200

struct opened {
    pid_t server;
    redisContext *connection;
};

static void run_server(const char *directory, const char *path)
{
    if (freopen("/dev/null", "w", stdout) != NULL) {
        (void)execlp(
            "redis-server",
            "redis-server",
            "--port",
            "0",
            "--unixsocket",
            path,
            "--dir",
            directory,
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
            "--save",
            "",
            (char *)NULL);
    }
    _exit(EXIT_FAILURE);
}

static void end_server(struct opened *opened)
{
    (void)kill(opened->server, SIGTERM);
    (void)waitpid(opened->server, NULL, 0);
    free(opened);
}

static void *open_store(const char *directory)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    struct opened *opened = calloc(1, sizeof(*opened));
    char path[PATH_MAX + 64];

    (void)snprintf(path, sizeof(path), "%s/socket", directory);
    opened->server = fork();
    if (opened->server == 0) {
        run_server(directory, path);
    }
    for (int i = 0; i < TRIES_MAX && waitpid(opened->server, NULL, WNOHANG) == 0; i++) {
        opened->connection = redisConnectUnix(path);
        if (opened->connection != NULL && opened->connection->err == 0) {
            return opened;
        }
        redisFree(opened->connection);
        opened->connection = NULL;
        (void)nanosleep(&pause, NULL);
    }
    end_server(opened);
    return NULL;
}

static void append(void *store, uint64_t first, uint32_t count)
{
    struct opened *opened = store;
    unsigned char record[RECORD_SIZE];

    for (uint32_t i = 0; i < count; i++) {
        bench_store_fill(record, first + i);
        int result = redisAppendCommand(
            opened->connection, "XADD messages * r %b", record, (size_t)RECORD_SIZE);
        bench_store_require(result == REDIS_OK, "redisAppendCommand");
    }
    for (uint32_t i = 0; i < count; i++) {
        void *reply = NULL;
        int result = redisGetReply(opened->connection, &reply);
        bench_store_require(
            result == REDIS_OK && ((redisReply *)reply)->type == REDIS_REPLY_STRING, "XADD");
        freeReplyObject(reply);
    }
}

static void close_store(void *store)
{
    struct opened *opened = store;

    redisFree(opened->connection);
    end_server(opened);
}

const struct bench_store bench_store_redis = {"Redis stream", open_store, append, close_store};
