// The log of a server of a filled registry (registry.h): Rust `tracing` JSON, a line of about 234 bytes each.
//
// Most lines tell of requests, as tower-http and a server's own code log them. Events are lines that refuse a request
// for a session which another node holds (6 of 10), one for a session that nobody knows (2), and a session's beginning
// on the node that holds it (2). All of it follows from the line's number and its stamp.
#ifndef LOG_LINE_H
#define LOG_LINE_H

#include "registry.h"

enum {
    LINE_BYTES = 512,  // more than any line here
    STAMP_BYTES = 40,
};
enum event { MISROUTE, UNKNOWN, CREATED, EVENTS };

// Lines of each kind written so far.
struct written {
    long lines, bytes, events[EVENTS];
};

// Traefik's cookie (>= 3.3.4) for each node: the first 16 hex digits of SHA-256 of the `url` in its heartbeat.
static const char *const cookies[NODES] = {
    "3abb336021d0fdb1", "ce5e15f57a2dbbd9", "0af30399c73c6999", "6f5712ef84aee2d3",
    "c93d9db06d0c71d9", "90333d5d2d69744a", "d3044c719ac3b92c", "e42ff326f695aed9",
};
static const uint64_t nobody_knows = (uint64_t)1 << 48;  // sessions from this number on are in no registry

// `2026-08-21T10:15:02.123456Z` of microseconds since the epoch.
static inline void stamp_of(char *stamp, uint64_t microseconds) {
    static time_t second = -1;
    static char text[STAMP_BYTES / 2];
    if (second != (time_t)(microseconds / 1000000)) {  // most lines share theirs with the one before
        second = (time_t)(microseconds / 1000000);
        struct tm parts;
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", gmtime_r(&second, &parts));
    }
    snprintf(stamp, STAMP_BYTES, "%s.%06uZ", text, (unsigned)(microseconds % 1000000));
}

static inline uint64_t now_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

// A line that says nothing of a session; its length, the line feed included.
static inline int request_line(char *line, uint64_t number, const char *stamp) {
    uint64_t draw = random_of(number);
    unsigned milliseconds = (unsigned)(draw >> 8) % 900, bytes = (unsigned)(draw >> 20) % 60000;
    if (draw % 20 < 14) {
        return snprintf(line, LINE_BYTES,
                        "{\"timestamp\":\"%s\",\"level\":\"INFO\","
                        "\"fields\":{\"message\":\"finished processing request\",\"latency\":\"%u ms\",\"status\":200},\"target\":\"tower_http::trace::on_response\","
                        "\"span\":{\"method\":\"POST\",\"uri\":\"/mcp\",\"name\":\"request\"}}\n",
                        stamp, milliseconds);
    }
    if (draw % 20 < 17) {
        return snprintf(line, LINE_BYTES,
                        "{\"timestamp\":\"%s\",\"level\":\"INFO\",\"fields\":{\"message\":\"tool call finished\","
                        "\"tool\":\"search_documents\",\"duration_ms\":%u,\"is_error\":false,\"bytes\":%u},"
                        "\"target\":\"mcp_node::tools\",\"span\":{\"method\":\"POST\",\"uri\":\"/mcp\","
                        "\"name\":\"http_request\"}}\n",
                        stamp, milliseconds, bytes);
    }
    return snprintf(line, LINE_BYTES,
                    "{\"timestamp\":\"%s\",\"level\":\"DEBUG\",\"fields\":{\"message\":\"response stream closed by the "
                    "client\",\"messages\":%u,\"bytes\":%u},\"target\":\"mcp_node::stream\","
                    "\"span\":{\"method\":\"GET\",\"uri\":\"/mcp\",\"name\":\"http_request\"}}\n",
                    stamp, milliseconds % 40, bytes);
}

// An event of one of the first `sessions` sessions, or of one that nobody knows; its length, the line feed included.
static inline int event_line(char *line, uint64_t number, uint64_t sessions, const char *stamp, enum event *event) {
    uint64_t random = random_of(~number), draw = next_random(&random);
    uint64_t session = next_random(&random) % sessions;
    unsigned kind = (unsigned)(draw % 10), owner = owner_of(session, NODES);
    unsigned other = (owner + 1 + (unsigned)(draw >> 8) % (NODES - 1)) % NODES;
    char key[SESSION_KEY_BYTES + 1];
    const char *id = key + SESSION_KEY_BYTES - UUID_BYTES;
    *event = kind < 6 ? MISROUTE : kind < 8 ? UNKNOWN : CREATED;
    session_key(key, *event == UNKNOWN ? nobody_knows + number : session);
    if (*event == MISROUTE) {
        return snprintf(line, LINE_BYTES,
                        "{\"timestamp\":\"%s\",\"level\":\"WARN\","
                        "\"fields\":{\"message\":\"session exists in registry but not on this node\","
                        "\"session_id\":\"%s\",\"node\":\"node-%u\",\"reason\":\"misroute\","
                        "\"cookie\":\"%s\"},\"target\":\"mcp_node::session\"}\n",
                        stamp, id, other + 1, cookies[other]);
    }
    bool is_unknown = *event == UNKNOWN;
    return snprintf(line, LINE_BYTES,
                    "{\"timestamp\":\"%s\",\"level\":\"%s\",\"fields\":{\"message\":\"%s\",\"session_id\":\"%s\","
                    "\"node\":\"node-%u\"},\"target\":\"mcp_node::session\"}\n",
                    stamp, is_unknown ? "WARN" : "INFO", is_unknown ? "unknown session" : "session created", id,
                    (is_unknown ? other : owner) + 1);
}

// Appends a line to a buffer that has room for it, and counts it. `is_event`: or a request's.
static inline size_t append_line(char *buffer, uint64_t number, uint64_t sessions, uint64_t microseconds, bool is_event,
                                 struct written *written) {
    char stamp[STAMP_BYTES];
    stamp_of(stamp, microseconds);
    enum event event = EVENTS;
    int length = is_event ? event_line(buffer, number, sessions, stamp, &event) : request_line(buffer, number, stamp);
    if (length < 0 || length >= LINE_BYTES) fail("a line is longer than %d bytes", LINE_BYTES);
    if (is_event) written->events[event]++;
    written->lines++;
    written->bytes += length;
    return (size_t)length;
}

// What was written since `started` (on CLOCK_MONOTONIC), and when it ended, as one line of JSON.
static inline void print_written(const struct written *written, uint64_t started) {
    uint64_t ended = monotonic_ns();
    printf("{\"seconds\":%.3f,\"ended\":%.6f,\"lines\":%ld,\"bytes\":%ld,\"misroute\":%ld,\"unknown\":%ld,"
           "\"created\":%ld}\n",
           (double)(ended - started) / 1e9, (double)ended / 1e9, written->lines, written->bytes,
           written->events[MISROUTE], written->events[UNKNOWN], written->events[CREATED]);
}

#endif
