import CMicrohttpd
import Dispatch
import Glibc
import Synchronization

/// A server on one address: one thread of libmicrohttpd reads, calls the handler and writes. The handler must be quick:
/// while it runs, nobody else is served.
public final class HTTPServer: Sendable {
    public typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse

    /// The port that was bound: the system's choice where 0 was asked for.
    public let port: UInt16

    private let core: ServerCore
    private let daemon: Mutex<Daemon?>
    private let watch: Mutex<any DispatchSourceTimer>

    /// The library's handle. Any thread may use it; it is taken out once, to be stopped.
    @safe private struct Daemon: @unchecked Sendable {
        let handle: OpaquePointer
    }

    /// Binds, and serves until `stop`. `bodyBytes` is asked before a body is read, for the most that is taken; where it
    /// says nil, the body is thrown away and the handler gets an empty one. `observe` hears of what ended before the handler saw it.
    /// Both and the handler are called on the daemon's thread, `observe` also on another.
    /// With a `certificate` it serves TLS 1.2 and 1.3, and nothing else. Throws `cannotListen` or `cannotStart`.
    public init(
        listen address: ListenAddress, limits: HTTPLimits = HTTPLimits(), certificate: ServerCertificate? = nil,
        bodyBytes: (@Sendable (HTTPRequest) -> Int?)? = nil,
        observe: @escaping @Sendable (HTTPRefusal) -> Void = { _ in }, handler: @escaping Handler
    ) throws(HTTPError) {
        let (socket, port) = try address.listen()
        self.port = port
        core = ServerCore(
            limits: limits, certificate: certificate, bodyBytes: bodyBytes ?? { _ in limits.bodyBytes },
            observe: observe, handler: handler)
        // Balanced where the daemon has ended, after which nothing is called back.
        let context = unsafe Unmanaged.passRetained(core)
        var callbacks = unsafe ServerCore.callbacks(context: context.toOpaque())
        if certificate != nil { unsafe ServerCore.setCertificateCallback(&callbacks) }
        let handle = unsafe sessiond_http_start(
            &callbacks, socket, UInt32(limits.connections + 1), UInt32(limits.idleTimeoutSeconds), limits.memoryBytes)
        guard let handle = unsafe handle else {
            unsafe context.release()
            close(socket)
            throw .cannotStart(reason: core.lastMessage)
        }
        daemon = Mutex(unsafe Daemon(handle: handle))
        watch = Mutex(core.watchDeadlines())
    }

    deinit { stop() }

    /// Shows another certificate from the next handshake on; connections that are open go on with theirs. Of no effect
    /// on a server without TLS.
    public func replace(certificate: ServerCertificate) { core.replace(certificate: certificate) }

    /// Frees the port at once, lets answers under way end, and closes every connection: all within twice
    /// `HTTPLimits.stopSeconds`. Further calls do nothing. Must not be called from the handler.
    public func stop() {
        guard let daemon = daemon.withLock({ $0.take() }) else { return }
        let limit = DispatchTimeInterval.seconds(core.limits.stopSeconds)
        let listener = unsafe MHD_quiesce_daemon(daemon.handle)
        // Frees the port. The thread may be about to accept on the number still: it is closed when that has ended.
        if listener >= 0 { shutdown(listener, Int32(SHUT_RDWR)) }
        core.waitUntilIdle(limit: .seconds(core.limits.stopSeconds))
        let core = core
        let ended = DispatchSemaphore(value: 0)
        // Stopping waits for the thread, and so for a handler that hangs: that must not hold up the caller for ever.
        DispatchQueue.global().async {
            unsafe MHD_stop_daemon(daemon.handle)
            if listener >= 0 { close(listener) }
            unsafe Unmanaged.passUnretained(core).release()
            ended.signal()
        }
        _ = ended.wait(timeout: .now() + limit)
        watch.withLock { $0.cancel() }
    }
}
