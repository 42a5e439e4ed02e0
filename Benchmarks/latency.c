// latency SOCKET SECONDS KEYS [--closed]: how long another client's GET takes, in microseconds.
//
// One connection asks for one of KEYS keys each millisecond, or with --closed as soon as the last answer came. When an
// answer is so late that the next question was due meanwhile, that one counts from when it was due: a server that
// stands still for 20 ms delays twenty questions, not one. Prints p50, p99, p99.9 and the longest as one line of JSON.
#include "bench.h"

enum {
    INTERVAL_NS = 1000000,
    MAX_SAMPLES = 4 << 20,
};

static uint32_t samples[MAX_SAMPLES];  // nanoseconds, at most 4.29 s

static int ascending(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static double percentile_us(size_t count, double percent) {
    size_t index = (size_t)((double)count * percent / 100);
    return (double)samples[index < count ? index : count - 1] / 1000;
}

static void get(redisContext *redis, unsigned key) {
    char name[64];
    other_key(name, sizeof name, key);
    redisReply *reply = redisCommand(redis, "GET %s", name);
    if (reply == NULL) fail("GET: %s", redis->errstr);
    if (reply->type != REDIS_REPLY_STRING) fail("GET %s: no such key", name);
    freeReplyObject(reply);
}

static size_t measure(redisContext *redis, unsigned keys, uint64_t duration_ns, bool closed) {
    uint64_t random = 1, started = monotonic_ns(), due = started, end = started + duration_ns;
    size_t count = 0;
    while (count < MAX_SAMPLES) {
        uint64_t now = monotonic_ns();
        if (now >= end) break;
        uint64_t from = now;
        if (!closed) {
            if (due > now) {
                sleep_until(due);
                from = monotonic_ns();  // a late wake-up is the machine's, not the server's
            } else {
                from = due;
            }
            due += INTERVAL_NS;
        }
        get(redis, (unsigned)(next_random(&random) % keys));
        uint64_t took = monotonic_ns() - from;
        samples[count++] = took > UINT32_MAX ? UINT32_MAX : (uint32_t)took;
    }
    return count;
}

int main(int count, char **arguments) {
    if (count < 4 || count > 5) fail("usage: latency SOCKET SECONDS KEYS [--closed]");
    if (count == 5 && strcmp(arguments[4], "--closed") != 0) fail("unknown option %s", arguments[4]);
    long seconds = whole_number(arguments[2], "SECONDS"), keys = whole_number(arguments[3], "KEYS");
    if (seconds == 0 || keys == 0) fail("SECONDS and KEYS must be at least 1");
    redisContext *redis = connect_redis(arguments[1]);
    size_t taken = measure(redis, (unsigned)keys, (uint64_t)seconds * 1000000000u, count == 5);
    qsort(samples, taken, sizeof samples[0], ascending);
    printf("{\"samples\":%zu,\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"longest_us\":%.1f}\n", taken,
           percentile_us(taken, 50), percentile_us(taken, 99), percentile_us(taken, 99.9), percentile_us(taken, 100));
    redisFree(redis);
}
