import Dispatch
import Glibc
import Synchronization

/// A thread that rings when times are over: one for the whole process.
///
/// It goes by a clock that never jumps, and wakes once for each time. A timer of Dispatch wakes its manager two or three
/// times; other waits with a limit, such as those for a semaphore, go by the host's clock.
final class AlarmClock: Sendable {
    static let shared = AlarmClock()

    private struct Entry {
        var at: SuspendingClock.Instant
        var ring: @Sendable () -> Void
    }

    /// The soonest first. There are as many as loops that wait.
    private let entries = Mutex<[Entry]>([])
    /// Written to when the thread is to look at the entries anew.
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

    /// Calls `ring` on the clock's thread, which it must not hold up, once the time is over.
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
            // Some of them may have taken a while.
            if due.isEmpty { sleep(for: next.map { $0 - now }) }
        }
    }

    /// Sleeps until the time is over, or until an entry comes that is sooner.
    private func sleep(for duration: Duration?) {
        let milliseconds = duration.map { Int32(min($0 / .milliseconds(1), 1e9).rounded(.up)) }
        var entry = pollfd(fd: pipe.reading, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&entry, 1, milliseconds ?? -1) > 0 else { return }
        var bytes = [UInt8](repeating: 0, count: 64)
        while unsafe read(pipe.reading, &bytes, bytes.count) == bytes.count {}
    }
}
