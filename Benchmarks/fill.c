// fill ADDRESS SESSIONS [--nodes COUNT] [--slots FIRST-LAST]: fills an empty Redis with a registry (registry.h).
//
//   mcp:session:<uuid>   SESSIONS of them
//   mcp:node:node-<n>    8 heartbeats, or as many as --nodes says, TTL 30 days
//   cache:item:<number>  SESSIONS / 5 others, no TTL
//
// With --slots, only those keys whose hash slot lies in that range: a master of a cluster gets its share of the same
// registry. Replies are switched off while filling, so the server's own speed is the limit; the number of keys is
// checked at the end.
#include "registry.h"

enum {
    BATCH_BYTES = 1 << 20,
    RECORD_BYTES = 1024,  // more than any one command here
    SLOTS = 16384,
};

static char batch[BATCH_BYTES];
static size_t batched;
static int descriptor;
static long first_slot, last_slot = SLOTS - 1;
static long written, written_sessions;

// CRC16 (XMODEM): polynomial 0x1021, highest bit first. No key here has a hash tag.
static long slot_of(const char *key) {
    unsigned crc = 0;
    for (; *key != '\0'; key++) {
        crc ^= (unsigned)(unsigned char)*key << 8;
        for (int bit = 0; bit < 8; bit++) crc = (crc & 0x8000u ? crc << 1 ^ 0x1021u : crc << 1) & 0xffffu;
    }
    return crc % SLOTS;
}

// Whether the key is one of ours to write; then it is counted.
static bool is_ours(const char *key) {
    if (last_slot - first_slot + 1 < SLOTS) {
        long slot = slot_of(key);
        if (slot < first_slot || slot > last_slot) return false;
    }
    written++;
    return true;
}

static void set(const char *key, const char *value, long ttl_seconds) {
    if (batched + RECORD_BYTES > sizeof batch) {
        write_all(descriptor, batch, batched);
        batched = 0;
    }
    char expiry[48] = "";
    if (ttl_seconds > 0) {
        char ttl[24];
        int digits = snprintf(ttl, sizeof ttl, "%ld", ttl_seconds);
        snprintf(expiry, sizeof expiry, "$2\r\nEX\r\n$%d\r\n%s\r\n", digits, ttl);
    }
    int length = snprintf(batch + batched, RECORD_BYTES, "*%d\r\n$3\r\nSET\r\n$%zu\r\n%s\r\n$%zu\r\n%s\r\n%s",
                          ttl_seconds > 0 ? 5 : 3, strlen(key), key, strlen(value), value, expiry);
    if (length < 0 || length >= RECORD_BYTES) fail("a command is longer than %d bytes", RECORD_BYTES);
    batched += (size_t)length;
}

static void heartbeat(unsigned node, long sessions, double now) {
    char key[64], boot[UUID_BYTES + 1], value[VALUE_BYTES];
    snprintf(key, sizeof key, "mcp:node:node-%u", node + 1);
    if (!is_ours(key)) return;
    boot_of(boot, node);
    snprintf(value, sizeof value,
             "{\"boot\":\"%s\",\"started_at\":%.3f,\"seen_at\":%.3f,\"url\":\"http://10.0.0.%u:8080\","
             "\"sessions\":%ld,\"version\":\"1.4.2\",\"state\":\"serving\"}",
             boot, now - TTL_SECONDS, now, node + 11, sessions);
    set(key, value, TTL_SECONDS);
}

static void session(uint64_t number, unsigned nodes, double now) {
    char key[SESSION_KEY_BYTES + 1], value[VALUE_BYTES];
    long ttl;
    session_key(key, number);
    if (!is_ours(key)) return;
    written_sessions++;
    session_value(value, number, nodes, now, 0, &ttl);
    set(key, value, ttl);
}

static void other(unsigned number) {
    char key[64], value[128];
    other_key(key, sizeof key, number);
    if (!is_ours(key)) return;
    uint64_t random = random_of(number), words[4];
    for (int i = 0; i < 4; i++) words[i] = next_random(&random);
    snprintf(value, sizeof value, "%016llx%016llx%016llx%016llx", (unsigned long long)words[0],
             (unsigned long long)words[1], (unsigned long long)words[2], (unsigned long long)words[3]);
    set(key, value, 0);
}

static void fill(long sessions, unsigned nodes, double now) {
    for (unsigned node = 0; node < nodes; node++) heartbeat(node, sessions / nodes, now);
    for (long i = 0; i < sessions; i++) {
        session((uint64_t)i, nodes, now);
        if (i % 5 == 4) other((unsigned)(i / 5));
    }
    write_all(descriptor, batch, batched);
}

static void check_size(redisContext *redis) {
    redisReply *size = redisCommand(redis, "DBSIZE");
    if (size == NULL || size->type != REDIS_REPLY_INTEGER) fail("DBSIZE: %s", size ? size->str : redis->errstr);
    if (size->integer != written) fail("%lld keys where %ld were written", size->integer, written);
    freeReplyObject(size);
}

int main(int count, char **arguments) {
    const char *usage = "usage: fill ADDRESS SESSIONS [--nodes COUNT] [--slots FIRST-LAST]";
    if (count < 3 || count % 2 == 0) fail("%s", usage);
    long sessions = whole_number(arguments[2], "SESSIONS"), nodes = NODES;
    for (int i = 3; i < count; i += 2) {
        const char *value = arguments[i + 1];
        if (strcmp(arguments[i], "--nodes") == 0) {
            nodes = whole_number(value, "--nodes");
        } else if (strcmp(arguments[i], "--slots") != 0 || sscanf(value, "%ld-%ld", &first_slot, &last_slot) != 2) {
            fail("%s", usage);
        }
    }
    if (nodes < 1 || nodes > NODES_MOST) fail("--nodes: 1 to %d", NODES_MOST);
    redisContext *redis = connect_redis(arguments[1]);
    descriptor = redis->fd;

    uint64_t started = monotonic_ns();
    const char off[] = "CLIENT REPLY OFF\r\n";  // is not answered itself, so it goes round hiredis
    write_all(descriptor, off, sizeof off - 1);
    fill(sessions, (unsigned)nodes, now_seconds());
    freeReplyObject(redisCommand(redis, "CLIENT REPLY ON"));
    check_size(redis);
    printf("{\"seconds\":%.3f,\"keys\":%ld,\"sessions\":%ld}\n", (double)(monotonic_ns() - started) / 1e9, written,
           written_sessions);
    redisFree(redis);
}
