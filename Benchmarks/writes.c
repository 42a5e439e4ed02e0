// writes ADDRESS SESSIONS PER_SECOND SECONDS RUN: writes to a registry that `fill` made, as its nodes do.
//
// A pipeline goes out each millisecond: of ten commands, 2 SET a new session, 2 DEL one of those, 4 SET a session that
// was filled in (the next value carries the next number, `seq`), 2 EXPIRE one. So the registry keeps its size, but for
// the new ones left at the end. RUN keeps the new sessions of two runs apart. Prints what was written as one line of
// JSON. A pipeline that is late is followed by the next at once: the rate holds over the whole as long as Redis can.
#include "registry.h"

enum {
    PIPELINES_A_SECOND = 1000,
    NEW_MOST = 1 << 20,  // new sessions alive at a time
};
static const uint64_t numbers_a_run = 100000000u;

struct writer {
    redisContext *redis;
    uint64_t sessions, next_new, random;
    uint64_t alive[NEW_MOST];
    size_t alive_count;
    long sequence, set_new, set_again, deleted, expired;
};

static struct writer writer;

static void append_set(struct writer *w, uint64_t number) {
    char key[SESSION_KEY_BYTES + 1], value[VALUE_BYTES], expiry[24];
    long ttl;
    session_key(key, number);
    session_value(value, number, NODES, now_seconds(), ++w->sequence, &ttl);
    snprintf(expiry, sizeof expiry, "%ld", ttl);
    redisAppendCommand(w->redis, "SET %s %s EX %s", key, value, expiry);
}

static void append(struct writer *w) {
    char key[SESSION_KEY_BYTES + 1];
    uint64_t draw = next_random(&w->random), kind = draw % 10, number = (draw >> 8) % w->sessions;
    if (kind < 4) {
        append_set(w, number);
        w->set_again++;
    } else if (kind < 6) {
        session_key(key, number);
        redisAppendCommand(w->redis, "EXPIRE %s %ld", key, (long)TTL_SECONDS - (long)(draw >> 40) % DAY_SECONDS);
        w->expired++;
    } else if ((kind < 8 || w->alive_count == 0) && w->alive_count < NEW_MOST) {
        w->alive[w->alive_count++] = w->next_new;
        append_set(w, w->next_new++);
        w->set_new++;
    } else {
        size_t place = (size_t)(draw >> 8) % w->alive_count;
        session_key(key, w->alive[place]);
        w->alive[place] = w->alive[--w->alive_count];
        redisAppendCommand(w->redis, "DEL %s", key);
        w->deleted++;
    }
}

static void write_pipeline(struct writer *w, long commands) {
    for (long i = 0; i < commands; i++) append(w);
    for (long i = 0; i < commands; i++) {
        redisReply *reply = NULL;
        if (redisGetReply(w->redis, (void **)&reply) != REDIS_OK) fail("redis: %s", w->redis->errstr);
        if (reply->type == REDIS_REPLY_ERROR) fail("redis: %s", reply->str);
        freeReplyObject(reply);
    }
}

static void write_paced(struct writer *w, long per_second, uint64_t duration_ns) {
    uint64_t started = monotonic_ns(), pipelines = 0;
    long written = 0;
    for (;;) {
        uint64_t due = pipelines * (1000000000u / PIPELINES_A_SECOND);
        if (due >= duration_ns || monotonic_ns() - started >= duration_ns) return;
        sleep_until(started + due);
        pipelines++;
        long due_commands = (long)(pipelines * (uint64_t)per_second / PIPELINES_A_SECOND);
        write_pipeline(w, due_commands - written);
        written = due_commands;
    }
}

int main(int count, char **arguments) {
    if (count != 6) fail("usage: writes ADDRESS SESSIONS PER_SECOND SECONDS RUN");
    long sessions = whole_number(arguments[2], "SESSIONS"), per_second = whole_number(arguments[3], "PER_SECOND");
    long seconds = whole_number(arguments[4], "SECONDS"), run = whole_number(arguments[5], "RUN");
    if (sessions == 0 || seconds == 0) fail("SESSIONS and SECONDS must be at least 1");
    if ((uint64_t)sessions > numbers_a_run) fail("SESSIONS: at most %llu", (unsigned long long)numbers_a_run);
    struct writer *w = &writer;
    w->redis = connect_redis(arguments[1]);
    w->sessions = (uint64_t)sessions;
    w->next_new = numbers_a_run * ((uint64_t)run + 1);
    w->random = random_of((uint64_t)run);
    double cpu = cpu_seconds();
    uint64_t started = monotonic_ns();
    write_paced(w, per_second, (uint64_t)seconds * 1000000000u);
    double took = (double)(monotonic_ns() - started) / 1e9;
    printf("{\"seconds\":%.3f,\"cpu_seconds\":%.3f,\"writes\":%ld,\"set_new\":%ld,\"set_again\":%ld,\"deleted\":%ld,"
           "\"expired\":%ld}\n",
           took, cpu_seconds() - cpu, w->set_new + w->set_again + w->deleted + w->expired, w->set_new, w->set_again,
           w->deleted, w->expired);
    redisFree(w->redis);
}
