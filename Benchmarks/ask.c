// ask PORT PER_SECOND SECONDS FILE: how long the answers of an HTTP server on 127.0.0.1 take, in microseconds.
//
// One keep-alive connection asks so many times a second, in turn what the lines of FILE say: `GET /target`, or
// `POST /target {"a": "body"}`. It is an open loop: a question that was due while the server was still busy with the
// last one counts from when it was due. Every answer must be 200 and tell its length. Prints p50, p99, p99.9, the
// longest and the bytes of the bodies as one line of JSON.
#define _GNU_SOURCE
#include "bench.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

enum {
    QUESTIONS_MOST = 1 << 16,
    LINE_BYTES = 4096,
    HEAD_BYTES = 16384,
    MAX_SAMPLES = 1 << 20,
    WAIT_SECONDS = 30,
};

struct question {
    char *bytes;
    size_t length;
};

static struct question questions[QUESTIONS_MOST];
static size_t question_count;
static uint64_t samples[MAX_SAMPLES];  // nanoseconds

static void add_question(char *line, long port) {
    char *target = strchr(line, ' '), request[LINE_BYTES + 256];
    if (target == NULL || question_count == QUESTIONS_MOST) fail("not `METHOD /target [body]`, or too many: %s", line);
    *target++ = '\0';
    char *body = strchr(target, ' ');
    if (body != NULL) *body++ = '\0';
    int length = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%ld\r\n", line, target, port);
    if (body != NULL) {
        length += snprintf(request + length, sizeof request - (size_t)length,
                           "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
    } else {
        length += snprintf(request + length, sizeof request - (size_t)length, "\r\n");
    }
    questions[question_count].bytes = strdup(request);
    questions[question_count++].length = (size_t)length;
}

static void read_questions(const char *path, long port) {
    FILE *file = fopen(path, "r");
    if (file == NULL) fail("%s: %s", path, strerror(errno));
    char line[LINE_BYTES];
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        add_question(line, port);
    }
    fclose(file);
    if (question_count == 0) fail("%s: no question", path);
}

static int connect_server(long port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct timeval patience = {.tv_sec = WAIT_SECONDS};
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) fail("connect: %s", strerror(errno));
    return descriptor;
}

static size_t receive(int descriptor, char *bytes, size_t most) {
    ssize_t got = recv(descriptor, bytes, most, 0);
    if (got == 0) fail("the server closed the connection");
    if (got < 0) fail("recv: %s", strerror(errno));
    return (size_t)got;
}

// Reads one answer to its end; the bytes of its body.
static size_t read_answer(int descriptor) {
    static char head[HEAD_BYTES + 1], rest[1 << 16];
    size_t held = 0;
    char *end = NULL;
    while (end == NULL) {
        if (held == HEAD_BYTES) fail("an answer's head is longer than %d bytes", HEAD_BYTES);
        held += receive(descriptor, head + held, HEAD_BYTES - held);
        head[held] = '\0';
        end = strstr(head, "\r\n\r\n");
    }
    if (strncmp(head, "HTTP/1.1 200", 12) != 0) fail("the answer is %.12s", head);
    char *length = strcasestr(head, "\r\nContent-Length:");
    if (length == NULL || length > end) fail("the answer does not tell its length");
    size_t body = strtoul(length + 17, NULL, 10), got = held - (size_t)(end + 4 - head);
    while (got < body) got += receive(descriptor, rest, body - got < sizeof rest ? body - got : sizeof rest);
    return body;
}

static int ascending(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static double percentile_us(size_t count, double percent) {
    size_t index = (size_t)((double)count * percent / 100);
    return (double)samples[index < count ? index : count - 1] / 1000;
}

int main(int count, char **arguments) {
    if (count != 5) fail("usage: ask PORT PER_SECOND SECONDS FILE");
    long port = whole_number(arguments[1], "PORT"), rate = whole_number(arguments[2], "PER_SECOND");
    long seconds = whole_number(arguments[3], "SECONDS");
    if (rate == 0 || rate > 100000 || seconds == 0 || rate * seconds > MAX_SAMPLES) fail("too many, or none");
    read_questions(arguments[4], port);
    int descriptor = connect_server(port);
    size_t taken = 0, wanted = (size_t)(rate * seconds), bytes = 0;
    uint64_t started = monotonic_ns();
    while (taken < wanted) {
        uint64_t due = started + taken * 1000000000u / (uint64_t)rate, from = due;
        if (monotonic_ns() < due) {
            sleep_until(due);
            from = monotonic_ns();  // a late wake-up is the machine's, not the server's
        }
        const struct question *question = &questions[taken % question_count];
        write_all(descriptor, question->bytes, question->length);
        bytes += read_answer(descriptor);
        samples[taken++] = monotonic_ns() - from;
    }
    double took = (double)(monotonic_ns() - started) / 1e9;
    qsort(samples, taken, sizeof samples[0], ascending);
    printf("{\"answers\":%zu,\"seconds\":%.3f,\"bytes\":%zu,\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,"
           "\"longest_us\":%.1f}\n", taken, took, bytes, percentile_us(taken, 50), percentile_us(taken, 99),
           percentile_us(taken, 99.9), percentile_us(taken, 100));
    close(descriptor);
}
