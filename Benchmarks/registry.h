// What a filled registry looks like, so that the program which writes to it later knows the keys that are there.
//
//   mcp:session:<uuid>      JSON of about 170 bytes, TTL 30 days less the time since last_seen
//   mcp:node:node-1 ...     heartbeats with the boots that the sessions name
//
// All of it follows from the number of the session or node; only the clock moves the times.
#ifndef REGISTRY_H
#define REGISTRY_H

#include "bench.h"

enum {
    UUID_BYTES = 36,
    SESSION_KEY_BYTES = 12 + UUID_BYTES,
    VALUE_BYTES = 512,  // more than any value here
    NODES = 8,  // unless `fill` is told otherwise
    NODES_MOST = 64,
    DAY_SECONDS = 86400,
    TTL_SECONDS = 30 * DAY_SECONDS,
    IDLE_SECONDS = 20 * DAY_SECONDS,  // last_seen lies within this time
};

static const char *const clients[][2] = {
    {"claude-code", "2.1.0"}, {"cursor-vscode", "1.7.44"}, {"claude-ai", "0.1.0"}, {"mcp-inspector", "0.17.2"},
};

// A version 4 UUID, and the end of the string.
static inline void uuid(char *text, uint64_t *random) {
    uint64_t high = next_random(random), low = next_random(random);
    high = (high & 0xffffffffffff0fffu) | 0x4000u;
    low = (low & 0x3fffffffffffffffu) | 0x8000000000000000u;
    snprintf(text, UUID_BYTES + 1, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(high >> 32),
             (unsigned)(high >> 16) & 0xffffu, (unsigned)high & 0xffffu, (unsigned)(low >> 48),
             (unsigned long long)(low & 0xffffffffffffu));
}

// Where the random sequence of one session or node begins: far from all others.
static inline uint64_t random_of(uint64_t number) { return next_random(&number); }

static inline void session_key(char *key, uint64_t number) {
    uint64_t random = random_of(number);
    memcpy(key, "mcp:session:", 12);
    uuid(key + 12, &random);
}

static inline void boot_of(char *boot, unsigned node) {
    uint64_t random = random_of(~(uint64_t)node);
    uuid(boot, &random);
}

static inline double now_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// What the value of a session is drawn from, and the node that holds it.
static inline uint64_t choice_of(uint64_t *random, uint64_t number) {
    *random = random_of(number) + 1;  // the id took the sequence from its beginning
    return next_random(random);
}

static inline unsigned owner_of(uint64_t number, unsigned nodes) {
    uint64_t random;
    return (unsigned)(choice_of(&random, number) % nodes);
}

// The value of one session of `nodes` nodes; its length, and its time to live in seconds. `sequence` stands in it.
static inline int session_value(char *value, uint64_t number, unsigned nodes, double now, long sequence, long *ttl) {
    uint64_t random, choice = choice_of(&random, number);
    unsigned node = (unsigned)(choice % nodes);
    char boot[UUID_BYTES + 1];
    boot_of(boot, node);
    const char *const *client = clients[(choice >> 8) % (sizeof clients / sizeof clients[0])];
    double idle = (double)(next_random(&random) % ((uint64_t)IDLE_SECONDS * 1000)) / 1000;
    double lived = (double)(next_random(&random) % ((uint64_t)DAY_SECONDS * 1000)) / 1000;
    *ttl = TTL_SECONDS - (long)idle;
    return snprintf(value, VALUE_BYTES,
                    "{\"node\":\"node-%u\",\"boot\":\"%s\",\"created_at\":%.3f,\"last_seen\":%.3f,"
                    "\"client\":{\"name\":\"%s\",\"version\":\"%s\"},\"seq\":%ld}",
                    node + 1, boot, now - idle - lived, now - idle, client[0], client[1], sequence);
}

#endif
