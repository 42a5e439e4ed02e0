import Foundation
import Redis
import Synchronization

/// A redis-server of our own: on a unix socket in a fresh folder, keeping nothing on disk, ended by its pid with
/// ``stop()``, when it is released, or when we die.
public final class PrivateRedis: Sendable {
    /// How long a server may take until it answers.
    static let readySeconds = 60.0
    /// How many free ports are tried, should another process take the one that was found.
    static let portTries = 5

    /// How the server presents itself over TLS, on a port of its own beside the unix socket.
    public struct TLS: Sendable {
        public var authority: ThrowawayCA
        public var certificate: ThrowawayCA.Certificate
        /// Whether only clients with a certificate of the authority are served.
        public var wantsClientCertificate: Bool

        /// With the authority's good certificate for servers, unless another is given.
        public init(
            _ authority: ThrowawayCA, certificate: ThrowawayCA.Certificate? = nil, wantsClientCertificate: Bool = false
        ) {
            self.authority = authority
            self.certificate = certificate ?? authority.server
            self.wantsClientCertificate = wantsClientCertificate
        }
    }

    /// Nil where it does not listen that way.
    private struct Ports {
        var tcp: UInt16?
        var tls: UInt16?
    }

    private struct Running {
        var process: ChildProcess?
        var ports = Ports()
    }

    private let folder: TemporaryFolder
    private let arguments: [String]
    private let tls: TLS?
    private let running: Mutex<Running>

    /// Starts a server and waits until it answers PING and has loaded its data. `arguments` follow ours, such as
    /// `["--requirepass", "secret"]`; with `tcp` and `tls`, it listens on 127.0.0.1 too, at ports chosen by the kernel.
    public init(arguments: [String] = [], tcp: Bool = false, tls: TLS? = nil) throws(LabError) {
        ignoreBrokenPipes()
        self.arguments = arguments
        self.tls = tls
        folder = try TemporaryFolder(prefix: "lab-redis")
        running = Mutex(Running())
        var failure: LabError?
        for _ in 0..<(tcp || tls != nil ? Self.portTries : 1) {
            do throws(LabError) {
                let ports = Ports(tcp: tcp ? try freePort() : nil, tls: tls == nil ? nil : try freePort())
                let process = try launch(ports)
                running.withLock { $0 = Running(process: process, ports: ports) }
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
        if let port = running.withLock({ $0.ports.tcp }) { return RedisEndpoint(.tcp(host: "127.0.0.1", port: port)) }
        return socketEndpoint
    }

    /// The endpoint as a URL of the configuration.
    public var url: String {
        if let port = running.withLock({ $0.ports.tcp }) { return "redis://127.0.0.1:\(port)/0" }
        return "unix://\(socketPath)?db=0"
    }

    /// 127.0.0.1 and the port for TLS; nil if it was started without. `how` says whom to trust: by default the
    /// authority.
    public func tlsEndpoint(_ how: RedisTLS? = nil) -> RedisEndpoint? {
        guard let tls, let port = running.withLock({ $0.ports.tls }) else { return nil }
        return RedisEndpoint(
            .tcp(host: "127.0.0.1", port: port), tls: how ?? RedisTLS(caFile: tls.authority.caFile))
    }

    /// The server's process; 0 when it is stopped.
    public var pid: Int32 {
        running.withLock { $0.process?.pid ?? 0 }
    }

    public func connect() throws(RedisError) -> RedisConnection {
        try RedisConnection.open(endpoint, limits: .patient)
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

    /// Ends the server if it still runs, and starts another at the same socket and ports; its keyspace is empty
    /// unless the arguments make it persist.
    public func restart() throws(LabError) {
        endProcess()
        let process = try launch(running.withLock { $0.ports })
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

    /// What tells the server to listen for TLS.
    private func tlsWords(_ port: UInt16?) -> [String] {
        guard let tls, let port else { return [] }
        return [
            "--tls-port", String(port), "--tls-cert-file", tls.certificate.certFile, "--tls-key-file",
            tls.certificate.keyFile, "--tls-ca-cert-file", tls.authority.caFile, "--tls-auth-clients",
            tls.wantsClientCertificate ? "yes" : "no",
        ]
    }

    private func launch(_ ports: Ports) throws(LabError) -> ChildProcess {
        // A killed server leaves its socket behind.
        _ = unsafe unlink(socketPath)
        let words =
            [
                "redis-server", "--port", String(ports.tcp ?? 0), "--bind", "127.0.0.1", "--unixsocket", socketPath,
                "--unixsocketperm", "700", "--dir", folder.path, "--save", "", "--appendonly", "no", "--daemonize",
                "no",
            ] + tlsWords(ports.tls) + arguments
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
        while !answers() {
            if process.hasEnded() { throw .ended(program: "redis-server", log: logEnd()) }
            guard monotonicSeconds() < deadline else {
                throw .notReady(program: "redis-server", seconds: Self.readySeconds)
            }
            Thread.sleep(forTimeInterval: 0.005)
        }
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

/// A write to a pipe or socket whose reader went away is an error, and does not end the whole process.
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
