import Foundation
import Redis
import Synchronization

/// A redis-server of our own: on a unix socket in a fresh folder, keeping nothing on disk, ended by its pid with
/// ``stop()``, when it is released, or when we die.
public final class PrivateRedis: Sendable {
    /// How long a server may take until it answers.
    static let readySeconds = 10.0
    /// How many free ports are tried, should another process take the one that was found.
    static let portTries = 5

    private struct Running {
        var process: ChildProcess?
        var port: UInt16?
    }

    private let folder: TemporaryFolder
    private let arguments: [String]
    private let running: Mutex<Running>

    /// Starts a server and waits until it answers PING and has loaded its data. `arguments` follow ours, such as
    /// `["--requirepass", "secret"]`; with `tcp`, it listens on 127.0.0.1 too, at a port chosen by the kernel.
    public init(arguments: [String] = [], tcp: Bool = false) throws(LabError) {
        ignoreBrokenPipes()
        self.arguments = arguments
        folder = try TemporaryFolder(prefix: "lab-redis")
        running = Mutex(Running())
        var failure: LabError?
        for _ in 0..<(tcp ? Self.portTries : 1) {
            do throws(LabError) {
                let port = tcp ? try freePort() : nil
                let process = try launch(port: port)
                running.withLock { $0 = Running(process: process, port: port) }
                return
            } catch {
                failure = error
            }
        }
        folder.remove()
        if let failure { throw failure }
    }

    deinit {
        stop()
    }

    /// The unix socket, or 127.0.0.1 and the port with `tcp`. It holds no password.
    public var endpoint: RedisEndpoint {
        if let port = running.withLock({ $0.port }) { return RedisEndpoint(.tcp(host: "127.0.0.1", port: port)) }
        return socketEndpoint
    }

    /// The endpoint as a URL of the configuration.
    public var url: String {
        if let port = running.withLock({ $0.port }) { return "redis://127.0.0.1:\(port)/0" }
        return "unix://\(socketPath)?db=0"
    }

    /// The server's process; 0 when it is stopped.
    public var pid: Int32 {
        running.withLock { $0.process?.pid ?? 0 }
    }

    public func connect() throws(RedisError) -> RedisConnection {
        try RedisConnection.open(endpoint)
    }

    /// Sends the process a signal: SIGSTOP and SIGCONT for a hang, SIGKILL for a crash. Does nothing after ``stop()``.
    public func signal(_ number: Int32) {
        running.withLock { running in
            // Unreaped until we reap it, so the pid is still this process.
            if let process = running.process { kill(process.pid, number) }
        }
    }

    /// Ends the server and removes its folder.
    public func stop() {
        endProcess()
        folder.remove()
    }

    /// Ends the server if it still runs, and starts another at the same socket and port; its keyspace is empty
    /// unless the arguments make it persist.
    public func restart() throws(LabError) {
        endProcess()
        let process = try launch(port: running.withLock { $0.port })
        running.withLock { $0.process = process }
    }

    private func endProcess() {
        running.withLock { running in
            running.process?.end()
            running.process = nil
        }
    }
}

extension PrivateRedis {
    private var socketPath: String { folder.file("redis.sock") }
    private var socketEndpoint: RedisEndpoint { RedisEndpoint(.unix(path: socketPath)) }
    private var logPath: String { folder.file("redis.log") }

    private func launch(port: UInt16?) throws(LabError) -> ChildProcess {
        // A killed server leaves its socket behind.
        _ = unsafe unlink(socketPath)
        let words =
            [
                "redis-server", "--port", String(port ?? 0), "--bind", "127.0.0.1", "--unixsocket", socketPath,
                "--unixsocketperm", "700", "--dir", folder.path, "--save", "", "--appendonly", "no", "--daemonize",
                "no",
            ] + arguments
        let process: ChildProcess
        do throws(LabError) {
            process = try ChildProcess(words, log: logPath, folder: folder.path)
        } catch {
            if case .spawn(_, reason(ENOENT)) = error {
                throw .missing(program: "redis-server", package: "redis-server")
            }
            throw error
        }
        do throws(LabError) {
            try waitForAnswer(of: process)
        } catch {
            process.end()
            throw error
        }
        return process
    }

    private func waitForAnswer(of process: ChildProcess) throws(LabError) {
        let deadline = monotonicSeconds() + Self.readySeconds
        while monotonicSeconds() < deadline {
            if answers() { return }
            if process.hasEnded() { throw .ended(program: "redis-server", log: logEnd()) }
            Thread.sleep(forTimeInterval: 0.005)
        }
        throw .notReady(program: "redis-server", seconds: Self.readySeconds)
    }

    /// Whether PING is answered over the socket: with PONG, or with a refusal (NOAUTH) other than LOADING.
    private func answers() -> Bool {
        do throws(RedisError) {
            var connection = try RedisConnection.open(socketEndpoint)
            try connection.command(["PING"])
            return true
        } catch {
            if case .refused(_, let code, _) = error { return code != "LOADING" }
            return false
        }
    }

    /// The last lines that the server wrote.
    private func logEnd() -> String {
        let text = (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(3).joined(separator: " | ")
    }
}

/// hiredis writes without `MSG_NOSIGNAL`: a server that went away would end the whole process.
public func ignoreBrokenPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
}

/// The type of a stream socket that no child inherits.
let streamSocket = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)

/// A TCP port of 127.0.0.1 that was free a moment ago.
func freePort() throws(LabError) -> UInt16 {
    let descriptor = socket(AF_INET, streamSocket, 0)
    guard descriptor >= 0 else { throw .system(call: "socket", reason: reason(errno)) }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = unsafe withUnsafeMutablePointer(to: &address) { address in
        unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            guard unsafe bind(descriptor, address, length) == 0 else { return errno }
            return unsafe getsockname(descriptor, address, &length) == 0 ? 0 : errno
        }
    }
    guard code == 0 else { throw .system(call: "bind to 127.0.0.1:0", reason: reason(code)) }
    return UInt16(bigEndian: address.sin_port)
}
