// fill SOCKET SESSIONS [SEED]: fills an empty Redis with a registry of 8 living nodes.
//
//   mcp:session:<uuid>      SESSIONS of them, JSON of about 170 bytes, TTL 30 days less the time since last_seen
//   mcp:node:node-1 .. -8   heartbeats with the boots that the sessions name, TTL 30 days
//   cache:item:<number>     SESSIONS / 5 others, no TTL
//
// The seed fixes ids, owners and ages; only the clock moves the times. Replies are switched off while filling, so the
// server's own speed is the limit; the number of keys is checked at the end.
#include "bench.h"

enum {
    NODES = 8,
    BATCH_BYTES = 1 << 20,
    RECORD_BYTES = 1024,  // more than any one command here
    DAY_SECONDS = 86400,
    TTL_SECONDS = 30 * DAY_SECONDS,
    IDLE_SECONDS = 20 * DAY_SECONDS,  // last_seen lies within this time
};

static const char *const clients[][2] = {
    {"claude-code", "2.1.0"}, {"cursor-vscode", "1.7.44"}, {"claude-ai", "0.1.0"}, {"mcp-inspector", "0.17.2"},
};

static char batch[BATCH_BYTES];
static size_t batched;
static int descriptor;

static void set(const char *key, size_t key_length, const char *value, size_t value_length, long ttl_seconds) {
    if (batched + RECORD_BYTES > sizeof batch) {
        write_all(descriptor, batch, batched);
        batched = 0;
    }
    int length;
    if (ttl_seconds > 0) {
        char ttl[24];
        int digits = snprintf(ttl, sizeof ttl, "%ld", ttl_seconds);
        length = snprintf(batch + batched, RECORD_BYTES,
                          "*5\r\n$3\r\nSET\r\n$%zu\r\n%s\r\n$%zu\r\n%s\r\n$2\r\nEX\r\n$%d\r\n%s\r\n", key_length, key,
                          value_length, value, digits, ttl);
    } else {
        length = snprintf(batch + batched, RECORD_BYTES, "*3\r\n$3\r\nSET\r\n$%zu\r\n%s\r\n$%zu\r\n%s\r\n", key_length,
                          key, value_length, value);
    }
    if (length < 0 || length >= RECORD_BYTES) fail("a command is longer than %d bytes", RECORD_BYTES);
    batched += (size_t)length;
}

// A version 4 UUID, 36 characters.
static int uuid(char *text, uint64_t *random) {
    uint64_t high = next_random(random), low = next_random(random);
    high = (high & 0xffffffffffff0fffu) | 0x4000u;
    low = (low & 0x3fffffffffffffffu) | 0x8000000000000000u;
    return snprintf(text, 37, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(high >> 32), (unsigned)(high >> 16) & 0xffffu,
                    (unsigned)high & 0xffffu, (unsigned)(low >> 48), (unsigned long long)(low & 0xffffffffffffu));
}

static void session(uint64_t *random, const char boots[NODES][37], double now) {
    char key[64] = "mcp:session:", value[512];
    int key_length = 12 + uuid(key + 12, random);
    uint64_t choice = next_random(random);
    unsigned node = (unsigned)(choice % NODES);
    const char *const *client = clients[(choice >> 8) % (sizeof clients / sizeof clients[0])];
    double idle = (double)(next_random(random) % ((uint64_t)IDLE_SECONDS * 1000)) / 1000;
    double lived = (double)(next_random(random) % ((uint64_t)DAY_SECONDS * 1000)) / 1000;
    int length = snprintf(value, sizeof value,
                          "{\"node\":\"node-%u\",\"boot\":\"%s\",\"created_at\":%.3f,\"last_seen\":%.3f,"
                          "\"client\":{\"name\":\"%s\",\"version\":\"%s\"}}",
                          node + 1, boots[node], now - idle - lived, now - idle, client[0], client[1]);
    set(key, (size_t)key_length, value, (size_t)length, TTL_SECONDS - (long)idle);
}

static void heartbeat(unsigned node, const char *boot, long sessions, double now) {
    char key[64], value[512];
    int key_length = snprintf(key, sizeof key, "mcp:node:node-%u", node + 1);
    int length = snprintf(value, sizeof value,
                          "{\"boot\":\"%s\",\"started_at\":%.3f,\"seen_at\":%.3f,\"url\":\"http://10.0.0.%u:8080\","
                          "\"sessions\":%ld,\"version\":\"1.4.2\",\"state\":\"serving\"}",
                          boot, now - TTL_SECONDS, now, node + 11, sessions / NODES);
    set(key, (size_t)key_length, value, (size_t)length, TTL_SECONDS);
}

static void fill(long sessions, uint64_t seed, double now) {
    uint64_t random = seed;
    char boots[NODES][37], name[64], value[128];
    for (unsigned node = 0; node < NODES; node++) {
        uuid(boots[node], &random);
        heartbeat(node, boots[node], sessions, now);
    }
    for (long i = 0; i < sessions; i++) {
        session(&random, (const char(*)[37])boots, now);
        if (i % 5 != 4) continue;
        int name_length = other_key(name, sizeof name, (unsigned)(i / 5));
        int length = snprintf(value, sizeof value, "%016llx%016llx%016llx%016llx",
                              (unsigned long long)next_random(&random), (unsigned long long)next_random(&random),
                              (unsigned long long)next_random(&random), (unsigned long long)next_random(&random));
        set(name, (size_t)name_length, value, (size_t)length, 0);
    }
    write_all(descriptor, batch, batched);
}

int main(int count, char **arguments) {
    if (count < 3 || count > 4) fail("usage: fill SOCKET SESSIONS [SEED]");
    long sessions = whole_number(arguments[2], "SESSIONS");
    uint64_t seed = count > 3 ? (uint64_t)whole_number(arguments[3], "SEED") : 20260728;
    redisContext *redis = connect_unix(arguments[1]);
    descriptor = redis->fd;

    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    uint64_t started = monotonic_ns();
    const char off[] = "CLIENT REPLY OFF\r\n";  // is not answered itself, so it goes round hiredis
    write_all(descriptor, off, sizeof off - 1);
    fill(sessions, seed, (double)wall.tv_sec + (double)wall.tv_nsec / 1e9);
    freeReplyObject(redisCommand(redis, "CLIENT REPLY ON"));

    redisReply *size = redisCommand(redis, "DBSIZE");
    if (size == NULL || size->type != REDIS_REPLY_INTEGER) fail("DBSIZE: %s", size ? size->str : redis->errstr);
    long long expected = sessions + sessions / 5 + NODES;
    if (size->integer != expected) fail("%lld keys where %lld were written", size->integer, expected);
    printf("{\"seconds\":%.3f,\"keys\":%lld}\n", (double)(monotonic_ns() - started) / 1e9, size->integer);
    freeReplyObject(size);
    redisFree(redis);
}
