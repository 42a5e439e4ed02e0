// yardstick ADDRESS [--names | --get]: the least that a client can do to read the whole registry once, in C on hiredis'
// reader.
//
// SCAN COUNT 300 MATCH mcp:*, and for each page one write of [next SCAN, MGET of the page, PTTL of each key]. The next
// SCAN stands first, so that its answer lets the next write go out before the values of this page are looked at: the
// server always has work. Reader callbacks count and sum; nothing is allocated, parsed or kept.
// With --names only the SCANs are sent; with --get a GET for each key instead of the MGET, as a cluster demands. Prints
// seconds, when it began and ended (on CLOCK_MONOTONIC), keys, sums and its own CPU time as one line of JSON.
#include <sys/uio.h>

#include "bench.h"

enum {
    PAGE = 300,               // larger is slower and holds the server longer
    READ_BYTES = 16 * 1024,   // the reader moves what is left after each reply, so larger pieces cost more
    PAGE_BYTES = 4 << 20,     // room for the commands of one page
};
static const char prefix[] = "mcp:session:";

// One write: a SCAN or none, then a MGET (or a GET for each key) and a PTTL for each key.
struct pipeline {
    bool scan;
    long keys;
};

enum expected { SCAN, VALUES, PTTL, END };

struct reading {
    int descriptor;
    bool names_only, by_get;
    enum expected expected;
    struct pipeline current, next;
    long replies_left;  // of the values, or of the PTTLs
    char cursor[24];
    char values_wanted[PAGE_BYTES], pttl[PAGE_BYTES];
    size_t wanted_bytes, pttl_bytes;
    long page_keys;
    long keys, sessions, values, no_ttl;
    unsigned long long value_bytes, ttl_sum_ms;
};

static struct reading reading;
static int done;  // what the callbacks return: any address that is not NULL

static const char pttl_head[] = "*2\r\n$4\r\nPTTL\r\n", get_head[] = "*2\r\n$3\r\nGET\r\n";

static void append(char *buffer, size_t *used, const char *bytes, size_t length) {
    if (length > PAGE_BYTES - *used) fail("a page of SCAN needs more than %d bytes", PAGE_BYTES);
    memcpy(buffer + *used, bytes, length);
    *used += length;
}

static void take_key(struct reading *r, const char *key, size_t length) {
    r->keys++;
    if (length > sizeof prefix - 1 && memcmp(key, prefix, sizeof prefix - 1) == 0) r->sessions++;
    if (r->names_only) return;
    char size[24];
    int size_bytes = snprintf(size, sizeof size, "$%zu\r\n", length);
    size_t start = r->pttl_bytes + sizeof pttl_head - 1;
    append(r->pttl, &r->pttl_bytes, pttl_head, sizeof pttl_head - 1);
    append(r->pttl, &r->pttl_bytes, size, (size_t)size_bytes);
    append(r->pttl, &r->pttl_bytes, key, length);
    append(r->pttl, &r->pttl_bytes, "\r\n", 2);
    if (r->by_get) append(r->values_wanted, &r->wanted_bytes, get_head, sizeof get_head - 1);
    append(r->values_wanted, &r->wanted_bytes, r->pttl + start, r->pttl_bytes - start);
    r->page_keys++;
}

static void *on_string(const redisReadTask *task, char *text, size_t length) {
    struct reading *r = task->privdata;
    if (task->type == REDIS_REPLY_ERROR) fail("redis: %.*s", (int)length, text);
    if (r->expected == VALUES) {
        r->values++;
        r->value_bytes += length;
    } else if (task->parent != NULL && task->parent->parent == NULL) {
        if (length >= sizeof r->cursor) fail("a cursor of %zu bytes", length);
        memcpy(r->cursor, text, length);
        r->cursor[length] = '\0';
    } else {
        take_key(r, text, length);
    }
    return &done;
}

static void *on_array(const redisReadTask *task, int elements) {
    (void)task, (void)elements;
    return &done;
}

static void *on_integer(const redisReadTask *task, long long value) {
    struct reading *r = task->privdata;
    if (value >= 0) r->ttl_sum_ms += (unsigned long long)value;
    else r->no_ttl++;
    return &done;
}

static void *on_nil(const redisReadTask *task) {
    (void)task;
    return &done;
}

static void on_free(void *object) { (void)object; }

static redisReplyObjectFunctions callbacks = {on_string, on_array, on_integer, on_nil, on_free};

static void write_vectors(int descriptor, struct iovec *vectors, int count) {
    while (count > 0) {
        ssize_t written = writev(descriptor, vectors, count);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("writev: %s", strerror(errno));
        while (count > 0 && (size_t)written >= vectors->iov_len) {
            written -= (ssize_t)vectors->iov_len;
            vectors++, count--;
        }
        if (count > 0) {
            vectors->iov_base = (char *)vectors->iov_base + written;
            vectors->iov_len -= (size_t)written;
        }
    }
}

// Sends the page that the last SCAN brought, behind the next SCAN.
static void send_pipeline(struct reading *r) {
    char scan[128], head[48];
    struct iovec vectors[4];
    int count = 0;
    r->next = (struct pipeline){.scan = strcmp(r->cursor, "0") != 0, .keys = r->page_keys};
    if (r->next.scan) {
        int bytes = snprintf(scan, sizeof scan,
                             "*6\r\n$4\r\nSCAN\r\n$%zu\r\n%s\r\n"
                             "$5\r\nCOUNT\r\n$3\r\n%d\r\n$5\r\nMATCH\r\n$5\r\nmcp:*\r\n",
                             strlen(r->cursor), r->cursor, PAGE);
        vectors[count++] = (struct iovec){scan, (size_t)bytes};
    }
    if (r->page_keys > 0) {
        int bytes = snprintf(head, sizeof head, "*%ld\r\n$4\r\nMGET\r\n", r->page_keys + 1);
        if (!r->by_get) vectors[count++] = (struct iovec){head, (size_t)bytes};
        vectors[count++] = (struct iovec){r->values_wanted, r->wanted_bytes};
        vectors[count++] = (struct iovec){r->pttl, r->pttl_bytes};
    }
    write_vectors(r->descriptor, vectors, count);
    r->page_keys = 0;
    r->wanted_bytes = r->pttl_bytes = 0;
}

static void expect_values(struct reading *r) {
    r->expected = VALUES;
    r->replies_left = r->by_get ? r->current.keys : 1;
}

static void begin_next(struct reading *r) {
    r->current = r->next;
    r->next = (struct pipeline){0};
    if (r->current.scan) r->expected = SCAN;
    else if (r->current.keys > 0) expect_values(r);
    else r->expected = END;
}

// A whole reply was read: what is the next one?
static void advance(struct reading *r) {
    switch (r->expected) {
    case SCAN:
        send_pipeline(r);
        if (r->current.keys > 0) expect_values(r);
        else begin_next(r);
        break;
    case VALUES:
        if (--r->replies_left > 0) break;
        r->expected = PTTL;
        r->replies_left = r->current.keys;
        break;
    case PTTL:
        if (--r->replies_left == 0) begin_next(r);
        break;
    case END:
        fail("a reply that nobody asked for");
    }
}

static void read_all(struct reading *r) {
    redisReader *reader = redisReaderCreateWithFunctions(&callbacks);
    reader->privdata = r;
    strcpy(r->cursor, "00");  // not "0", which would mean the end
    send_pipeline(r);
    begin_next(r);
    static char bytes[READ_BYTES];
    while (r->expected != END) {
        ssize_t length = read(r->descriptor, bytes, sizeof bytes);
        if (length < 0 && errno == EINTR) continue;
        if (length <= 0) fail("read: %s", length == 0 ? "connection closed" : strerror(errno));
        redisReaderFeed(reader, bytes, (size_t)length);
        for (void *reply = NULL;; reply = NULL) {
            if (redisReaderGetReply(reader, &reply) != REDIS_OK) fail("reader: %s", reader->errstr);
            if (reply == NULL) break;
            advance(r);
        }
    }
    redisReaderFree(reader);
}

int main(int count, char **arguments) {
    const char *option = count == 3 ? arguments[2] : "";
    reading.names_only = strcmp(option, "--names") == 0;
    reading.by_get = strcmp(option, "--get") == 0;
    if (count < 2 || count > 3 || (count == 3 && !reading.names_only && !reading.by_get)) {
        fail("usage: yardstick ADDRESS [--names | --get]");
    }
    redisContext *redis = connect_redis(arguments[1]);
    reading.descriptor = redis->fd;
    double cpu = cpu_seconds();
    uint64_t began = monotonic_ns();
    read_all(&reading);
    uint64_t ended = monotonic_ns();
    printf("{\"seconds\":%.6f,\"began\":%.6f,\"ended\":%.6f,\"cpu_seconds\":%.3f,\"keys\":%ld,\"sessions\":%ld,"
           "\"values\":%ld,\"value_bytes\":%llu,\"ttl_sum_ms\":%llu,\"no_ttl\":%ld}\n",
           (double)(ended - began) / 1e9, (double)began / 1e9, (double)ended / 1e9, cpu_seconds() - cpu, reading.keys,
           reading.sessions, reading.values, reading.value_bytes, reading.ttl_sum_ms, reading.no_ttl);
    redisFree(redis);
}
