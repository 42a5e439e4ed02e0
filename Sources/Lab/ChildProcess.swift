import Glibc
import Redis

/// A process that we start, and end by its pid. It has its own process group, so a Ctrl-C reaches us alone.
///
/// A watchdog runs beside it: a shell that waits at a socket. However we die, the socket closes, and the watchdog kills
/// the process. (`PR_SET_PDEATHSIG` would not do: it fires when the *thread* that spawned the process ends.)
struct ChildProcess: Sendable {
    let pid: Int32
    private let watchdog: Int32
    /// Our end of the socket at which the watchdog waits.
    private let leash: Int32

    /// The time that a process may take to end after SIGTERM before it is killed.
    static let endSeconds = 3.0

    /// The watchdog's script. A line sends it home; the end of its input says that we are gone.
    private static let watchScript = """
        read -r line && exit 0
        kill -KILL "$1"
        rm -rf -- "$2"
        """

    /// Starts the program and arguments `words`, with its output in the file `log`. If we die first, `folder` is
    /// removed with the process.
    init(_ words: [String], log: String, folder: String) throws(LabError) {
        let pid = try Self.spawn(words, input: nil, log: log)
        self.pid = pid
        let ends: (Int32, Int32)
        do throws(LabError) {
            ends = try Sockets.pair()
        } catch {
            Self.end(pid)
            throw error
        }
        leash = ends.1
        defer { close(ends.0) }
        do throws(LabError) {
            let words = ["/bin/sh", "-c", Self.watchScript, "watchdog", String(pid), folder]
            watchdog = try Self.spawn(words, input: ends.0, log: "/dev/null")
        } catch {
            close(leash)
            Self.end(pid)
            throw error
        }
    }

    /// True if it has ended by itself. If so, reaps it, and the pid is no longer ours.
    func hasEnded() -> Bool {
        waitpid(pid, nil, WNOHANG) != 0
    }

    /// Sends SIGTERM, and SIGKILL after ``endSeconds``, then dismisses the watchdog. Call it once.
    func end() {
        Self.end(pid)
        dismissWatchdog()
    }

    /// Dismisses the watchdog. Call it once, after the process has ended.
    func dismissWatchdog() {
        _ = unsafe write(leash, "\n", 1)
        close(leash)
        _ = waitpid(watchdog, nil, 0)
    }

    private static func end(_ pid: Int32) {
        guard waitpid(pid, nil, WNOHANG) == 0 else { return }
        kill(pid, SIGTERM)
        // A stopped process sees SIGTERM only when it continues.
        kill(pid, SIGCONT)
        let deadline = monotonicSeconds() + endSeconds
        while monotonicSeconds() < deadline {
            if waitpid(pid, nil, WNOHANG) != 0 { return }
            pause(seconds: 0.002)
        }
        kill(pid, SIGKILL)
        _ = waitpid(pid, nil, 0)
    }
}

extension ChildProcess {
    /// Waits until `isReady` holds. Throws if the process ends first, with the end of `log`, or if that takes longer
    /// than `seconds`. `program` is its name in the error.
    func waitUntilReady(
        _ program: String, log: String, seconds: Double, _ isReady: () -> Bool
    ) throws(LabError) {
        let deadline = monotonicSeconds() + seconds
        while !isReady() {
            if hasEnded() { throw .ended(program: program, log: Self.lastLines(of: log)) }
            guard monotonicSeconds() < deadline else { throw .notReady(program: program, seconds: seconds) }
            pause(seconds: 0.005)
        }
    }

    /// The last three lines of a log file, on one line.
    static func lastLines(of log: String) -> String {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(3).joined(separator: " | ")
    }
}

extension ChildProcess {
    private typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    /// `posix_spawn_file_actions_addclosefrom_np`. Swift does not see it, as glibc's header shows it to GNU programs
    /// only.
    private static let closeFrom: CloseFrom? = {
        let symbol = unsafe dlsym(nil, "posix_spawn_file_actions_addclosefrom_np")
        return unsafe symbol.map { unsafe unsafeBitCast($0, to: CloseFrom.self) }
    }()

    private static func spawn(_ words: [String], input: Int32?, log: String) throws(LabError) -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let input {
            unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        unsafe posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // hiredis' sockets are not close-on-exec, and a child that inherits one would keep it open.
        _ = unsafe closeFrom?(&actions, 3)

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // Threads of libdispatch block every signal. A child inherits that, and would never see SIGTERM.
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))

        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { while let argument = unsafe arguments.popLast() { unsafe free(argument) } }
        var pid: Int32 = 0
        let code = unsafe posix_spawnp(&pid, words[0], &actions, &attributes, &arguments, environ)
        guard code == 0 else { throw .spawn(program: words[0], reason: LabError.reason(code)) }
        return pid
    }
}
