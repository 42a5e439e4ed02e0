// replay ADDRESS FILE: sends the commands in FILE (as they go over the wire) one after the other, each when the one before is
// answered, and prints how long that took, how many were answered with an error, and how many times `cleaned` was said.
//
// It is the least that removing can cost: the daemon's own calls, without anybody who judges.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "bench.h"

static long errors, cleaned;

static void count(const redisReply *reply) {
    if (reply->type == REDIS_REPLY_ERROR) {
        if (errors++ == 0) fprintf(stderr, "%s\n", reply->str);
        return;
    }
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++) {
        const redisReply *element = reply->element[i];
        if (element->type == REDIS_REPLY_STRING && strcmp(element->str, "cleaned") == 0) cleaned++;
    }
}

// The end of the command that begins there: `*N`, then N times `$LENGTH` and so many bytes.
static const char *end_of_command(const char *at, const char *end) {
    char *next;
    long words = strtol(at + 1, &next, 10);
    at = next + 2;
    while (words-- > 0) {
        long length = strtol(at + 1, &next, 10);
        at = next + 2 + length + 2;
        if (at > end) fail("the last command is cut short");
    }
    return at;
}

int main(int argument_count, char **arguments) {
    if (argument_count != 3) fail("usage: replay ADDRESS FILE");
    int file = open(arguments[2], O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) fail("%s: %s", arguments[2], strerror(errno));
    const char *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (bytes == MAP_FAILED) fail("%s: %s", arguments[2], strerror(errno));
    redisContext *redis = connect_redis(arguments[1]);

    const char *end = bytes + status.st_size;
    long calls = 0;
    uint64_t started = monotonic_ns();
    for (const char *at = bytes; at < end; calls++) {
        const char *next = end_of_command(at, end);
        write_all(redis->fd, at, (size_t)(next - at));
        redisReply *reply;
        if (redisGetReply(redis, (void **)&reply) != REDIS_OK) fail("%s: %s", arguments[1], redis->errstr);
        count(reply);
        freeReplyObject(reply);
        at = next;
    }
    double seconds = (double)(monotonic_ns() - started) / 1e9;
    printf("{\"seconds\":%.6f,\"calls\":%ld,\"errors\":%ld,\"cleaned\":%ld}\n", seconds, calls, errors, cleaned);
    redisFree(redis);
}
