// HTTP: a small web server on libmicrohttpd. `HTTPServer` owns the socket; a `Router` makes answers from `Route`s, and
// `AccessRules` say who may ask. Requests and answers are plain values, so routes are tested without a socket.

import CMicrohttpd
import Dispatch
import Glibc
import Synchronization

/// A server on one address. One thread of libmicrohttpd reads, calls the handler and writes. The handler must be quick,
/// since nobody else is served while it runs.
public final class HTTPServer: Sendable {
    public typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse

    /// The port that was bound. The system chooses one if 0 was asked for.
    public let port: UInt16

    private let core: ServerCore
    private let daemon: Mutex<Daemon?>
    private let watch: Mutex<any DispatchSourceTimer>

    /// The library's handle. Any thread may use it; `stop` takes it out.
    @safe private struct Daemon: @unchecked Sendable {
        let handle: OpaquePointer
    }

    /// Binds, and serves until `stop`. Before a body is read, `bodyBytes` says how long it may be; if it says nil, the
    /// body is discarded and the handler gets an empty one. `observe` is told of requests that ended before the handler
    /// saw them. All three are called on the library's thread, `observe` on another one too. With a `certificate` the
    /// server speaks TLS 1.2 and 1.3 only. Throws `cannotListen` or `cannotStart`.
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
        // `stop` releases it once the library's daemon has ended and nothing is called back any more.
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

    /// Uses another certificate from the next handshake on. Open connections keep theirs. It has no effect without TLS.
    public func replace(certificate: ServerCertificate) { core.replace(certificate: certificate) }

    /// Frees the port at once, lets the answers under way end, and closes every connection, all within twice
    /// `HTTPLimits.stopSeconds`. Further calls do nothing. The handler must not call it.
    public func stop() {
        guard let daemon = daemon.withLock({ $0.take() }) else { return }
        let limit = DispatchTimeInterval.seconds(core.limits.stopSeconds)
        let listener = unsafe MHD_quiesce_daemon(daemon.handle)
        // This frees the port. The thread may still be about to accept on the descriptor, so it is closed later.
        if listener >= 0 { shutdown(listener, Int32(SHUT_RDWR)) }
        core.waitUntilIdle(limit: .seconds(core.limits.stopSeconds))
        let core = core
        let ended = DispatchSemaphore(value: 0)
        // Stopping waits for the thread, and a handler that hangs must not hold up the caller for ever.
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
