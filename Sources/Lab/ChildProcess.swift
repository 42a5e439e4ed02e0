import Foundation
import Redis

/// A process of ours, ended by its pid, in a process group of its own so that a Ctrl-C reaches us alone.
///
/// Beside it runs a watchdog, a shell that waits at a socket: should we die in any way, the socket closes, and it kills
/// the process. (`PR_SET_PDEATHSIG` would not do: it fires when the *thread* that spawned ends.)
struct ChildProcess: Sendable {
    let pid: Int32
    private let watchdog: Int32
    /// Our end of the watchdog's input.
    private let leash: Int32

    /// How long a process may take to end after SIGTERM before it is killed.
    static let endSeconds = 3.0

    /// The watchdog: a line says that all is well; the end of its input, that we are gone.
    private static let watchScript = """
        read -r line && exit 0
        kill -KILL "$1"
        rm -rf -- "$2"
        """

    /// Starts `words` with its output in the file `log`; `folder` is removed with the process if we die first.
    init(_ words: [String], log: String, folder: String) throws(LabError) {
        let pid = try Self.spawn(words, input: nil, log: log)
        self.pid = pid
        let ends: (Int32, Int32)
        do throws(LabError) {
            ends = try socketPair()
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

    /// Whether it has ended by itself; reaps it if so, after which the pid is no longer ours.
    func hasEnded() -> Bool {
        waitpid(pid, nil, WNOHANG) != 0
    }

    /// SIGTERM, and SIGKILL after ``endSeconds``; then the watchdog is sent home. To be called once.
    func end() {
        Self.end(pid)
        dismissWatchdog()
    }

    /// To be called once the process is known to have ended.
    func dismissWatchdog() {
        _ = unsafe write(leash, "\n", 1)
        close(leash)
        _ = waitpid(watchdog, nil, 0)
    }

    private static func end(_ pid: Int32) {
        guard waitpid(pid, nil, WNOHANG) == 0 else { return }
        kill(pid, SIGTERM)
        // A stopped process sees SIGTERM only when it goes on.
        kill(pid, SIGCONT)
        let deadline = monotonicSeconds() + endSeconds
        while monotonicSeconds() < deadline {
            if waitpid(pid, nil, WNOHANG) != 0 { return }
            Thread.sleep(forTimeInterval: 0.002)
        }
        kill(pid, SIGKILL)
        _ = waitpid(pid, nil, 0)
    }
}

/// `posix_spawn_file_actions_addclosefrom_np`, which glibc's header shows to GNU programs only: Swift does not see it.
private typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
private let closeFrom: CloseFrom? = {
    let symbol = unsafe dlsym(nil, "posix_spawn_file_actions_addclosefrom_np")
    return unsafe symbol.map { unsafe unsafeBitCast($0, to: CloseFrom.self) }
}()

extension ChildProcess {
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
        // hiredis' sockets are not close-on-exec: a child that inherits one keeps it open after we have closed it.
        _ = unsafe closeFrom?(&actions, 3)

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // Threads of libdispatch block every signal, and a child inherits that: SIGTERM would never arrive.
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))

        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { while let argument = unsafe arguments.popLast() { unsafe free(argument) } }
        var pid: Int32 = 0
        let code = unsafe posix_spawnp(&pid, words[0], &actions, &attributes, &arguments, environ)
        guard code == 0 else { throw .spawn(program: words[0], reason: reason(code)) }
        return pid
    }
}
