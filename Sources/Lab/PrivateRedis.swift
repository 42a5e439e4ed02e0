// Lab: private servers and simulated nodes, for the demo, the tests and the benchmarks. `PrivateRedis`,
// `PrivateSentinels` and `PrivateCluster` start real servers; `SimulatedCluster` runs nodes and their clients;
// `ScriptedServer` misbehaves as told.

import FoundationEssentials
import Glibc
import Redis
import Sockets
import Synchronization

/// A redis-server of our own. It listens at a unix socket in a fresh folder, keeps nothing on disk, and ends with
/// ``stop()``, when it is released, or when we die.
public final class PrivateRedis: Sendable {
    /// The most time until a server answers.
    static let readySeconds = 60.0
    /// The number of free ports to try, in case another process takes one first.
    static let portAttempts = 5

    /// The server's side of TLS, on a port of its own beside the unix socket.
    public struct TLS: Sendable {
        public var authority: ThrowawayCA
        public var certificate: ThrowawayCA.Certificate
        /// True if only clients with a certificate from the authority are served.
        public var wantsClientCertificate: Bool

        /// Uses the authority's valid server certificate, unless another is given.
        public init(
            _ authority: ThrowawayCA, certificate: ThrowawayCA.Certificate? = nil, wantsClientCertificate: Bool = false
        ) {
            self.authority = authority
            self.certificate = certificate ?? authority.server
            self.wantsClientCertificate = wantsClientCertificate
        }
    }

    /// The ports; nil for a way in which the server does not listen.
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

    /// Starts a server and waits until it answers PING and has loaded its data. `arguments`, such as
    /// `["--requirepass", "secret"]`, follow our own. With `tcp` or `tls` it listens on 127.0.0.1 too, at ports that
    /// the kernel chooses.
    public init(arguments: [String] = [], tcp: Bool = false, tls: TLS? = nil) throws(LabError) {
        Sockets.ignoreBrokenPipes()
        self.arguments = arguments
        self.tls = tls
        folder = try TemporaryFolder(prefix: "lab-redis")
        running = Mutex(Running())
        var failure: LabError?
        for _ in 0..<(tcp || tls != nil ? Self.portAttempts : 1) {
            do throws(LabError) {
                let ports = Ports(
                    tcp: tcp ? try Sockets.freePort() : nil, tls: tls == nil ? nil : try Sockets.freePort())
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

    /// The unix socket or, with `tcp`, 127.0.0.1 and the port. It holds no password.
    public var endpoint: RedisEndpoint {
        if let port = running.withLock({ $0.ports.tcp }) { return RedisEndpoint(.tcp(host: "127.0.0.1", port: port)) }
        return socketEndpoint
    }

    /// The endpoint as a URL of the configuration.
    public var url: String {
        if let port = running.withLock({ $0.ports.tcp }) { return "redis://127.0.0.1:\(port)/0" }
        return "unix://\(socketPath)?db=0"
    }

    /// The endpoint for TLS; nil if the server was started without. `how` says whom to trust, by default the authority.
    public func tlsEndpoint(_ how: ClientTLS? = nil) -> RedisEndpoint? {
        guard let tls, let port = running.withLock({ $0.ports.tls }) else { return nil }
        return RedisEndpoint(
            .tcp(host: "127.0.0.1", port: port), tls: how ?? ClientTLS(caFile: tls.authority.caFile))
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
            // Nobody else reaps the process, so the pid is still its own.
            if let process = running.process { kill(process.pid, number) }
        }
    }

    /// Ends the server and removes its folder.
    public func stop() {
        endProcess()
        folder.remove()
    }

    /// Ends the server if it still runs, and starts another at the same socket and ports. Its keyspace is empty unless
    /// the arguments make it persist.
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

    /// The arguments that make the server listen for TLS.
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
            if case .spawn(_, LabError.reason(ENOENT)) = error {
                throw .missing(program: "redis-server", package: "redis-server")
            }
            throw error
        }
        do throws(LabError) {
            try process.waitUntilReady("redis-server", log: logPath, seconds: Self.readySeconds, answers)
        } catch {
            process.end()
            throw error
        }
        return process
    }

    /// True if the server answers PING at the socket, with PONG or with an error (NOAUTH) other than LOADING.
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
}
