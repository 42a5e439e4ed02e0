import Foundation
import Lab
import Redis

/// A wall clock that can be stepped, for programs of ours. Their monotonic clocks stay true.
///
/// A small library is loaded into them. libfaketime would do the same, but redis-server hangs under it (jemalloc asks
/// for the time before the library is ready), and a Swift program loses its arguments.
struct FakeClock: Sendable {
    private static let source = """
        #include <fcntl.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>
        long syscall(long, ...);
        static volatile long long *offset;
        __attribute__((constructor)) static void begin(void) {
            const char *path = getenv("STEPPED_CLOCK");
            int file = path ? open(path, O_RDONLY) : -1;
            if (file < 0) return;
            void *page = mmap(0, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
            if (page != MAP_FAILED) offset = page;
            close(file);
        }
        int clock_gettime(clockid_t clock, struct timespec *now) {
            int code = syscall(SYS_clock_gettime, clock, now);
            if (code == 0 && offset && (clock == 0 || clock == 5)) now->tv_sec += *offset;
            return code;
        }
        int gettimeofday(struct timeval *now, void *zone) {
            struct timespec precise;
            int code = clock_gettime(0, &precise);
            now->tv_sec = precise.tv_sec;
            now->tv_usec = precise.tv_nsec / 1000;
            return code;
        }
        time_t time(time_t *seconds) {
            struct timespec now;
            clock_gettime(0, &now);
            if (seconds) *seconds = now.tv_sec;
            return now.tv_sec;
        }
        """
    private static let compileSeconds = 60.0

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder(prefix: "clock")
        do {
            try Self.source.write(toFile: folder.file("clock.c"), atomically: true, encoding: .utf8)
            let words = ["clang", "-shared", "-fPIC", "-O1", "-o", folder.file("clock.so"), folder.file("clock.c")]
            let compiler = try WatchedProcess(words, log: folder.file("log"), folder: folder.path)
            _ = compiler.finish(within: Self.compileSeconds)
            guard FileManager.default.fileExists(atPath: folder.file("clock.so")) else {
                throw LabError.missing(program: "clang", package: "clang")
            }
            try step(to: 0)
        } catch {
            folder.remove()
            throw error
        }
    }

    func remove() {
        folder.remove()
    }

    /// From now on the clock is ahead of the true one by so many seconds.
    func step(to seconds: Int64) throws {
        let bytes = unsafe withUnsafeBytes(of: seconds) { unsafe Data($0) }
        let path = folder.file("offset")
        guard let file = FileHandle(forUpdatingAtPath: path) else {
            // Programs have it mapped: it is made once, and then written in place.
            try bytes.write(to: URL(fileURLWithPath: path))
            return
        }
        defer { try? file.close() }
        try file.write(contentsOf: bytes)
    }

    /// What a process needs in its environment to live by this clock.
    var environment: [String: String] {
        ["LD_PRELOAD": folder.file("clock.so"), "STEPPED_CLOCK": folder.file("offset")]
    }
}

/// A redis-server that lives by a fake clock, on a unix socket in a folder of its own.
final class FakeClockRedis: Sendable {
    private let folder: TemporaryFolder
    private let process: WatchedProcess

    init(_ clock: FakeClock) throws {
        let folder = try TemporaryFolder(prefix: "fake-redis")
        self.folder = folder
        let socket = folder.file("redis.sock")
        let words = [
            "redis-server", "--port", "0", "--unixsocket", socket, "--dir", folder.path, "--save", "", "--appendonly",
            "no",
        ]
        let process = try WatchedProcess(
            words, environment: clock.environment, log: folder.file("redis.log"), folder: folder.path)
        self.process = process
        do {
            try process.wait("redis-server with a fake clock") {
                guard var connection = try? RedisConnection.open(RedisEndpoint(.unix(path: socket))) else {
                    return false
                }
                return (try? connection.command(["PING"])) != nil
            }
        } catch {
            folder.remove()
            throw error
        }
    }

    var endpoint: RedisEndpoint { RedisEndpoint(.unix(path: folder.file("redis.sock"))) }
    var url: String { "unix://\(folder.file("redis.sock"))?db=0" }

    func signal(_ number: Int32) {
        process.signal(number)
    }

    /// To be called once.
    func stop() {
        process.end()
        folder.remove()
    }
}
