// log_writer FILE PER_SECOND SECONDS SESSIONS RUN: appends events (log_line.h) to a log file, as busy nodes do.
//
// A write goes out each millisecond, its lines stamped with the moment. RUN keeps the unknown sessions of two runs
// apart. Prints what was written as one line of JSON. A write that is late is followed by the next at once.
#include <fcntl.h>

#include "log_line.h"

enum {
    WRITES_A_SECOND = 1000,
    WRITE_LINES_MOST = 1000,
};
static const uint64_t numbers_a_run = 100000000u;

static char batch[WRITE_LINES_MOST * LINE_BYTES];

int main(int count, char **arguments) {
    if (count != 6) fail("usage: log_writer FILE PER_SECOND SECONDS SESSIONS RUN");
    long per_second = whole_number(arguments[2], "PER_SECOND"), seconds = whole_number(arguments[3], "SECONDS");
    long sessions = whole_number(arguments[4], "SESSIONS"), run = whole_number(arguments[5], "RUN");
    if (sessions == 0) fail("SESSIONS must be at least 1");
    if (per_second > WRITES_A_SECOND * WRITE_LINES_MOST) {
        fail("PER_SECOND: at most %d", WRITES_A_SECOND * WRITE_LINES_MOST);
    }
    int descriptor = open(arguments[1], O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (descriptor < 0) fail("%s: %s", arguments[1], strerror(errno));

    struct written written = {0};
    uint64_t started = monotonic_ns(), number = numbers_a_run * ((uint64_t)run + 1);
    for (long i = 0; i < seconds * WRITES_A_SECOND; i++) {
        sleep_until(started + (uint64_t)i * (1000000000u / WRITES_A_SECOND));
        long due = (i + 1) * per_second / WRITES_A_SECOND;
        uint64_t now = now_microseconds();
        size_t batched = 0;
        while (written.lines < due) {
            batched += append_line(batch + batched, number++, (uint64_t)sessions, now, true, &written);
        }
        write_all(descriptor, batch, batched);
    }
    close(descriptor);
    print_written(&written, started);
}
