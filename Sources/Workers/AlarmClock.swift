import Dispatch
import Glibc
import Synchronization

/// A thread that rings alarms when their time has come: one for the whole process.
///
/// It uses a monotonic clock, and wakes once per alarm. A Dispatch timer wakes its manager two or three times; other
/// waits with a limit, such as those for a semaphore, follow the host's clock.
final class AlarmClock: Sendable {
    static let shared = AlarmClock()

    private struct Entry {
        var at: SuspendingClock.Instant
        var ring: @Sendable () -> Void
    }

    /// Sorted by time. There is one entry per waiting loop.
    private let entries = Mutex<[Entry]>([])
    /// A pipe that is written to when the thread must look at the entries again.
    private let pipe: (reading: Int32, writing: Int32)

    private init() {
        var ends: [Int32] = [-1, -1]
        guard unsafe Glibc.pipe(&ends) == 0 else { preconditionFailure("no pipe can be opened") }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        pipe = (ends[0], ends[1])
        DispatchQueue(label: "alarm clock").async { [self] in run() }
    }

    /// Calls `ring` on the clock's thread once the time has passed. `ring` must not block that thread.
    func ring(afterSeconds seconds: Double, _ ring: @escaping @Sendable () -> Void) {
        let entry = Entry(at: SuspendingClock().now + .seconds(max(seconds, 0)), ring: ring)
        let isSoonest = entries.withLock { entries in
            let place = entries.firstIndex { $0.at > entry.at } ?? entries.endIndex
            entries.insert(entry, at: place)
            return place == 0
        }
        if isSoonest { unsafe write(pipe.writing, [1], 1) }
    }

    private func run() -> Never {
        while true {
            let now = SuspendingClock().now
            let (due, next) = entries.withLock { entries in
                let count = entries.prefix { $0.at <= now }.count
                defer { entries.removeFirst(count) }
                return (entries[..<count].map(\.ring), entries.dropFirst(count).first?.at)
            }
            for ring in due { ring() }
            // Some calls may have taken a while.
            if due.isEmpty { sleep(for: next.map { $0 - now }) }
        }
    }

    /// Sleeps until the time has passed, or an earlier entry is added.
    private func sleep(for duration: Duration?) {
        let milliseconds = duration.map { Int32(min($0 / .milliseconds(1), 1e9).rounded(.up)) }
        var entry = pollfd(fd: pipe.reading, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&entry, 1, milliseconds ?? -1) > 0 else { return }
        var bytes = [UInt8](repeating: 0, count: 64)
        while unsafe read(pipe.reading, &bytes, bytes.count) == bytes.count {}
    }
}
