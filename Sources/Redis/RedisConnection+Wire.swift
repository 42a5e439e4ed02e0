import Glibc

extension RedisConnection {
    /// How bytes travel: one of two concrete transports, chosen at the connection's beginning.
    enum Wire: ~Copyable {
        case plain(Socket)
        case tls(TLSSession)

        var descriptor: Int32 {
            switch self {
            case .plain(let socket): socket.descriptor
            case .tls(let session): session.descriptor
            }
        }

        func read(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
            switch self {
            case .plain(let socket): unsafe socket.read(into: buffer)
            case .tls(let session): unsafe session.read(into: buffer)
            }
        }

        func write(_ bytes: UnsafeRawBufferPointer) -> Transfer {
            switch self {
            case .plain(let socket): unsafe socket.write(bytes)
            case .tls(let session): unsafe session.write(bytes)
            }
        }

        func wait(for wish: Transfer, until deadline: Double) -> Bool {
            switch self {
            case .plain(let socket): socket.wait(for: wish, until: deadline)
            case .tls(let session): session.wait(for: wish, until: deadline)
            }
        }

        /// The words for ``Transfer/failed(_:)``.
        func reason(_ code: Int32) -> String {
            switch self {
            case .plain: unsafe String(cString: strerror(code))
            case .tls(let session): session.reason(code)
            }
        }
    }
}
