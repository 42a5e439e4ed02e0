// timed OUTPUT COMMAND...: runs a command, its stdout into the file OUTPUT, and prints seconds, CPU seconds and the most
// resident memory that it held as one line of JSON.
//
// It is here because the kernel reckons a process's peak from before its exec on: started from Python, every program
// seems to hold as much as Python does.
#include <fcntl.h>
#include <sys/wait.h>

#include "bench.h"

int main(int count, char **arguments) {
    if (count < 3) fail("usage: timed OUTPUT COMMAND...");
    int output = open(arguments[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (output < 0) fail("%s: %s", arguments[1], strerror(errno));
    uint64_t started = monotonic_ns();
    pid_t child = fork();
    if (child < 0) fail("fork: %s", strerror(errno));
    if (child == 0) {
        dup2(output, STDOUT_FILENO);
        execvp(arguments[2], arguments + 2);
        fail("%s: %s", arguments[2], strerror(errno));
    }
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) != child) fail("wait4: %s", strerror(errno));
    double seconds = (double)(monotonic_ns() - started) / 1e9;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail("%s ended with status %d", arguments[2], status);
    printf("{\"seconds\":%.6f,\"cpu_seconds\":%.3f,\"peak_bytes\":%ld}\n", seconds,
           (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
           usage.ru_maxrss * 1024);
}
