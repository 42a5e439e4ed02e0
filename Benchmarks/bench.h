// What the benchmark programs share: clocks, a connection that is there or ends the program, a fixed random sequence.
#ifndef BENCH_H
#define BENCH_H

#include <errno.h>
#include <hiredis/hiredis.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

// Ends the program with one line on stderr.
__attribute__((noreturn, format(printf, 1, 2))) static inline void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static inline uint64_t monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

// Sleeps until that moment of CLOCK_MONOTONIC; at once back if it is over.
static inline void sleep_until(uint64_t moment_ns) {
    struct timespec until = {(time_t)(moment_ns / 1000000000u), (long)(moment_ns % 1000000000u)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) continue;
}

// CPU time of this process so far, user and system, in seconds.
static inline double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

// ADDRESS is the path of a unix socket, or HOST:PORT.
static inline redisContext *connect_redis(const char *address) {
    const char *colon = strrchr(address, ':');
    redisContext *context;
    if (address[0] == '/' || colon == NULL) {
        context = redisConnectUnix(address);
    } else {
        char host[256];
        snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
        context = redisConnect(host, atoi(colon + 1));
    }
    if (context == NULL || context->err) fail("%s: %s", address, context ? context->errstr : "out of memory");
    return context;
}

// Writes all of it; the descriptor blocks.
static inline void write_all(int descriptor, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(descriptor, bytes, length);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) fail("write: %s", strerror(errno));
        bytes += written;
        length -= (size_t)written;
    }
}

// A whole number of an argument, or the end of the program.
static inline long whole_number(const char *text, const char *what) {
    char *end = NULL;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < 0) fail("%s: not a whole number: %s", what, text);
    return value;
}

// splitmix64: the same beginning gives the same keys on every machine.
static inline uint64_t next_random(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

// The name of one of the keys that are no sessions; other clients' GETs ask for these.
static inline int other_key(char *name, size_t size, unsigned index) {
    return snprintf(name, size, "cache:item:%07u", index);
}

#endif
