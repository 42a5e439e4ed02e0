// log_lines FILE LINES PERCENT SESSIONS: a new log file of LINES lines (log_line.h), PERCENT of them events, evenly
// spread, of a registry of SESSIONS sessions.
//
// The lines are stamped 100 us apart and end now. The file is on the disk when the program ends, so that the kernel does
// not go on writing while it is read. Prints what was written as one line of JSON.
#include <fcntl.h>

#include "log_line.h"

enum {
    BATCH_BYTES = 1 << 20,
    APART_MICROSECONDS = 100,
};

static char batch[BATCH_BYTES];

int main(int count, char **arguments) {
    if (count != 5) fail("usage: log_lines FILE LINES PERCENT SESSIONS");
    long lines = whole_number(arguments[2], "LINES"), percent = whole_number(arguments[3], "PERCENT");
    long sessions = whole_number(arguments[4], "SESSIONS");
    if (percent > 100 || sessions == 0) fail("PERCENT: at most 100; SESSIONS: at least 1");
    int descriptor = open(arguments[1], O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (descriptor < 0) fail("%s: %s", arguments[1], strerror(errno));

    struct written written = {0};
    uint64_t started = monotonic_ns(), first = now_microseconds() - (uint64_t)lines * APART_MICROSECONDS;
    size_t batched = 0;
    for (long i = 0; i < lines; i++) {
        if (batched + LINE_BYTES > sizeof batch) {
            write_all(descriptor, batch, batched);
            batched = 0;
        }
        bool is_event = i * percent % 100 < percent;
        batched += append_line(batch + batched, (uint64_t)i, (uint64_t)sessions,
                               first + (uint64_t)i * APART_MICROSECONDS, is_event, &written);
    }
    write_all(descriptor, batch, batched);
    if (fdatasync(descriptor) != 0) fail("%s: %s", arguments[1], strerror(errno));
    close(descriptor);
    print_written(&written, started);
}
