import Exposition
import FoundationEssentials
import Glibc
import Redis
import Synchronization

/// The standard `process_*` families, from `/proc/self`, read at most once a second.
final class ProcessFamilies: Sendable {
    static let freshSeconds = 1.0

    private struct Usage {
        var readAt = -Double.infinity
        var cpuSeconds = 0.0
        var virtualBytes = 0.0
        var residentBytes = 0.0
        var openFiles = 0.0
    }

    private let usage = Mutex(Usage())
    private let startedAt: Double
    private let fileLimit: Double

    init() {
        startedAt = Date().timeIntervalSince1970
        var limit = rlimit()
        fileLimit =
            unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? Double(limit.rlim_cur) : 0
    }

    func write(to page: inout MetricPage) {
        let usage = usage.withLock { usage in
            if monotonicSeconds() - usage.readAt >= Self.freshSeconds { usage = Self.read() }
            return usage
        }
        page.family(
            "process_cpu_seconds_total", .counter, help: "Total user and system CPU time spent in seconds."
        ) { $0.sample(value: usage.cpuSeconds) }
        let gauges = [
            ("process_open_fds", "Number of open file descriptors.", usage.openFiles),
            ("process_max_fds", "Maximum number of open file descriptors.", fileLimit),
            ("process_virtual_memory_bytes", "Virtual memory size in bytes.", usage.virtualBytes),
            ("process_resident_memory_bytes", "Resident memory size in bytes.", usage.residentBytes),
            ("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", startedAt),
        ]
        for (name, help, value) in gauges { page.family(name, .gauge, help: help) { $0.sample(value: value) } }
    }

    private static func read() -> Usage {
        var usage = Usage()
        usage.readAt = monotonicSeconds()
        var resources = rusage()
        if unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &resources) == 0 {
            usage.cpuSeconds = seconds(resources.ru_utime) + seconds(resources.ru_stime)
        }
        // statm: size and resident set in pages.
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        if pages.count > 1, let size = Double(pages[0]), let resident = Double(pages[1]) {
            usage.virtualBytes = size * Double(getpagesize())
            usage.residentBytes = resident * Double(getpagesize())
        }
        usage.openFiles = Double((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? 0)
        return usage
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
}
