import Glibc

/// A connection to a server, plain or encrypted. All clients in this project move their bytes through one. It never
/// blocks by itself, raises no SIGPIPE, and is closed with the value. If nothing goes through, the caller waits with a
/// deadline.
public enum Wire: ~Copyable {
    case plain(StreamSocket)
    case tls(TLSSession)

    /// Connects to the first of the host's addresses that answers, and performs the handshake if `tls` is given; all of
    /// that, including the name lookup, within `seconds`.
    public static func open(
        _ address: SocketAddress, tls: ClientTLS?, within seconds: Double
    ) throws(ConnectError) -> Wire {
        let deadline = Deadline(in: seconds)
        let socket = try StreamSocket(connectingTo: address, within: seconds)
        guard let tls else { return .plain(socket) }
        do throws(ConnectError) {
            return .tls(try TLSSession(over: socket, to: address, tls, until: deadline))
        } catch {
            guard error.cause == .timeout else { throw error }
            throw ConnectError(.timeout, "no TLS handshake within \(seconds) s: does this port speak TLS?")
        }
    }

    public var descriptor: Int32 {
        switch self {
        case .plain(let socket): socket.descriptor
        case .tls(let session): session.descriptor
        }
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        switch self {
        case .plain(let socket): unsafe socket.read(into: buffer)
        case .tls(let session): unsafe session.read(into: buffer)
        }
    }

    public func write(_ bytes: UnsafeRawBufferPointer) -> Transfer {
        switch self {
        case .plain(let socket): unsafe socket.write(bytes)
        case .tls(let session): unsafe session.write(bytes)
        }
    }

    /// Waits until the transfer can go on, or the connection is broken; returns false if the deadline passed first.
    public func wait(for wanted: Transfer, until deadline: Deadline) -> Bool {
        switch self {
        case .plain(let socket): socket.wait(for: wanted, until: deadline)
        case .tls(let session): session.wait(for: wanted, until: deadline)
        }
    }

    /// The words for ``Transfer/failed(_:)``.
    public func reason(_ code: Int32) -> String {
        switch self {
        case .plain: unsafe String(cString: strerror(code))
        case .tls(let session): session.reason(code)
        }
    }
}
