// subscriber ADDRESS: the least that a client can do to be told of every change, in C: client tracking in broadcast
// mode, redirected to the very connection that asks for it. What it is told is read and counted; nothing is read again.
//
// Prints "tracking" when it is told from now on, and at SIGTERM how many bytes it was told in as one line of JSON.
#include <signal.h>

#include "bench.h"

enum { READ_BYTES = 64 * 1024 };

static volatile sig_atomic_t is_ending;

static void end(int signal_number) {
    (void)signal_number;
    is_ending = 1;
}

static void ask(redisContext *redis, const char *command) {
    redisReply *reply = redisCommand(redis, command);
    if (reply == NULL || reply->type == REDIS_REPLY_ERROR) fail("%s: %s", command, reply ? reply->str : redis->errstr);
    freeReplyObject(reply);
}

static void track(redisContext *redis) {
    redisReply *id = redisCommand(redis, "CLIENT ID");
    if (id == NULL || id->type != REDIS_REPLY_INTEGER) fail("CLIENT ID: %s", id ? id->str : redis->errstr);
    char command[160];
    snprintf(command, sizeof command, "CLIENT TRACKING ON REDIRECT %lld BCAST PREFIX mcp:session: PREFIX mcp:node:",
             id->integer);
    freeReplyObject(id);
    ask(redis, command);
    ask(redis, "SUBSCRIBE __redis__:invalidate");
}

int main(int count, char **arguments) {
    if (count != 2) fail("usage: subscriber ADDRESS");
    redisContext *redis = connect_redis(arguments[1]);
    track(redis);
    struct sigaction action = {.sa_handler = end};
    sigaction(SIGTERM, &action, NULL);
    // A signal that comes just before a read is seen at its end.
    redisSetTimeout(redis, (struct timeval){.tv_sec = 1});
    puts("tracking");
    fflush(stdout);

    static char bytes[READ_BYTES];
    unsigned long long taken = 0;
    while (!is_ending) {
        ssize_t length = read(redis->fd, bytes, sizeof bytes);
        if (length < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (length <= 0) fail("read: %s", length == 0 ? "connection closed" : strerror(errno));
        taken += (unsigned long long)length;
    }
    printf("{\"bytes\":%llu}\n", taken);
    redisFree(redis);
}
