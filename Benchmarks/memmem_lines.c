// memmem_lines FILE: the least that it can cost to find and count the events of a log (log_line.h), in C.
//
// 256 KiB chunks; memchr counts the line feeds, memmem finds the lines that name a session, and only in these the message
// and the node are looked for. Nothing is parsed, checked or kept. Prints seconds, lines, and events by kind as one line
// of JSON.
#define _GNU_SOURCE
#include <fcntl.h>

#include "log_line.h"

enum { CHUNK_BYTES = 256 * 1024 };
static const char named[] = "\"session_id\":\"", node_field[] = "\"node\":\"node-";
static const char *const messages[EVENTS] = {
    [MISROUTE] = "\"message\":\"session exists in registry but not on this node\"",
    [UNKNOWN] = "\"message\":\"unknown session\"",
    [CREATED] = "\"message\":\"session created\"",
};

static char chunk[CHUNK_BYTES + LINE_BYTES];
static long lines, events[EVENTS][NODES_MOST];

static void count_lines(const char *text, const char *end) {
    while ((text = memchr(text, '\n', (size_t)(end - text))) != NULL) text++, lines++;
}

static void count_event(const char *line, const char *end) {
    for (int event = 0; event < EVENTS; event++) {
        if (memmem(line, (size_t)(end - line), messages[event], strlen(messages[event])) == NULL) continue;
        const char *node = memmem(line, (size_t)(end - line), node_field, sizeof node_field - 1);
        unsigned number = node == NULL ? 0 : (unsigned)atoi(node + sizeof node_field - 1);
        if (number >= 1 && number <= NODES_MOST) events[event][number - 1]++;
        return;
    }
}

// Whole lines only.
static void count_events(const char *text, const char *end) {
    while (text < end) {
        const char *hit = memmem(text, (size_t)(end - text), named, sizeof named - 1);
        if (hit == NULL) return;
        const char *before = memrchr(text, '\n', (size_t)(hit - text));
        const char *after = memchr(hit, '\n', (size_t)(end - hit));
        count_event(before == NULL ? text : before + 1, after);
        text = after + 1;
    }
}

static void read_file(int descriptor) {
    size_t held = 0;  // the beginning of a line whose end is in the next chunk
    for (;;) {
        ssize_t length = read(descriptor, chunk + held, CHUNK_BYTES);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) fail("read: %s", strerror(errno));
        if (length == 0) return;
        const char *end = memrchr(chunk, '\n', held + (size_t)length);
        if (end == NULL) fail("a line is longer than %d bytes", LINE_BYTES);
        end++;
        count_lines(chunk, end);
        count_events(chunk, end);
        held = (size_t)(chunk + held + length - end);
        if (held > LINE_BYTES) fail("a line is longer than %d bytes", LINE_BYTES);
        memmove(chunk, end, held);
    }
}

static long of_all_nodes(enum event event) {
    long sum = 0;
    for (int node = 0; node < NODES_MOST; node++) sum += events[event][node];
    return sum;
}

int main(int count, char **arguments) {
    if (count != 2) fail("usage: memmem_lines FILE");
    int descriptor = open(arguments[1], O_RDONLY);
    if (descriptor < 0) fail("%s: %s", arguments[1], strerror(errno));
    double cpu = cpu_seconds();
    uint64_t started = monotonic_ns();
    read_file(descriptor);
    printf("{\"seconds\":%.6f,\"cpu_seconds\":%.3f,\"lines\":%ld,\"misroute\":%ld,\"unknown\":%ld,\"created\":%ld}\n",
           (double)(monotonic_ns() - started) / 1e9, cpu_seconds() - cpu, lines, of_all_nodes(MISROUTE),
           of_all_nodes(UNKNOWN), of_all_nodes(CREATED));
}
