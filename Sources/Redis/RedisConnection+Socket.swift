import CHiredis
import Glibc

extension RedisConnection {
    /// A connected stream socket that never blocks; it is closed with the value.
    struct Socket: ~Copyable {
        /// One `poll` waits no longer than this, so that its milliseconds fit; a longer wait asks again.
        private static let pollSecondsLimit = 3600.0

        let descriptor: Int32

        /// Takes a connected socket.
        init(adopting descriptor: Int32) {
            self.descriptor = descriptor
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }

        /// Connects within that time, the name's lookup included: to the first of its addresses that answers.
        init(
            connectingTo endpoint: RedisEndpoint, seconds: Double, names: NameLookup = .system
        ) throws(RedisError) {
            guard case .tcp(let host, let port) = endpoint.transport else {
                self = try Self.connected(to: endpoint, endpoint.transport, seconds)
                return
            }
            let deadline = monotonicSeconds() + seconds
            let addresses: [String]
            switch names.addresses(of: host, within: seconds) {
            case .addresses(let found): addresses = found
            case .failed(let reason): throw .connect(endpoint, reason: reason)
            }
            var failure = RedisError.connect(endpoint, reason: "the host's name has no address")
            for address in addresses {
                let left = deadline - monotonicSeconds()
                guard left > 0 else { break }
                do throws(RedisError) {
                    self = try Self.connected(to: endpoint, .tcp(host: address, port: port), left)
                    return
                } catch {
                    failure = error
                }
            }
            throw failure
        }

        /// Has hiredis connect, which sets TCP's options.
        private static func connected(
            to endpoint: RedisEndpoint, _ transport: RedisEndpoint.Transport, _ seconds: Double
        ) throws(RedisError) -> Socket {
            let timeout = timeval(seconds: seconds)
            let made =
                switch transport {
                case .tcp(let host, let port): unsafe redisConnectWithTimeout(host, Int32(port), timeout)
                case .unix(let path): unsafe redisConnectUnixWithTimeout(path, timeout)
                }
            guard let context = unsafe made else { throw .connect(endpoint, reason: "out of memory") }
            guard unsafe context.pointee.err == 0 else {
                let reason = unsafe String(cString: sessiond_redis_errstr(context))
                unsafe redisFree(context)
                throw .connect(endpoint, reason: reason)
            }
            if case .tcp = transport { _ = unsafe redisEnableKeepAlive(context) }
            return Socket(adopting: unsafe redisFreeKeepFd(context))
        }

        deinit {
            _ = close(descriptor)
        }

        func read(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
            let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            return count == 0 ? .ended : Self.stopped(.wantsRead)
        }

        /// Writes as much as goes. A server that went away is an error, not a signal.
        func write(_ bytes: UnsafeRawBufferPointer) -> Transfer {
            let count = unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            return count >= 0 ? .bytes(count) : Self.stopped(.wantsWrite)
        }

        private static func stopped(_ wish: Transfer) -> Transfer {
            let code = errno
            return code == EAGAIN || code == EWOULDBLOCK || code == EINTR ? wish : .failed(code)
        }

        /// Waits until what a transfer wanted has come about, or the connection broke; false if `deadline` passed
        /// first.
        func wait(for wish: Transfer, until deadline: Double) -> Bool {
            let event = if case .wantsWrite = wish { POLLOUT } else { POLLIN }
            var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            while true {
                let seconds = deadline - monotonicSeconds()
                guard seconds > 0 else { return false }
                let milliseconds = Int32((min(seconds, Self.pollSecondsLimit) * 1000).rounded(.up))
                let ready = unsafe poll(&entry, 1, milliseconds)
                // Any failure but a signal is found, and named, by the transfer that follows.
                if ready > 0 || ready < 0 && errno != EINTR { return true }
            }
        }
    }
}
