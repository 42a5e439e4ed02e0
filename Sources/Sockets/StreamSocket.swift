import Glibc

/// A connected, non-blocking stream socket, which is closed with the value.
public struct StreamSocket: ~Copyable {
    /// The longest wait of one `poll`, so that its milliseconds fit; longer waits poll again.
    private static let pollSecondsLimit = 3600.0
    /// The silence after which the system probes whether the other side is still there. It repeats that every
    /// `keepAliveIntervalSeconds`, and closes the connection after `keepAliveProbes` without an answer.
    private static let keepAliveSeconds: Int32 = 15
    private static let keepAliveIntervalSeconds: Int32 = 5
    private static let keepAliveProbes: Int32 = 3

    public let descriptor: Int32

    /// Adopts a connected socket.
    public init(adopting descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    /// Connects to the first of the name's addresses that answers; the time includes the name lookup.
    public init(connectingTo address: SocketAddress, within seconds: Double) throws(ConnectError) {
        try self.init(connectingTo: address, within: seconds, names: .system)
    }

    init(connectingTo address: SocketAddress, within seconds: Double, names: NameLookup) throws(ConnectError) {
        let deadline = Deadline(in: seconds)
        guard case .tcp(let host, let port) = address else {
            self = try Self.connected(to: address, until: deadline)
            return
        }
        let hosts: [String]
        switch names.addresses(of: host, within: seconds) {
        case .addresses(let found): hosts = found
        case .failed(let reason): throw ConnectError(deadline.hasPassed ? .timeout : .hostName, reason)
        }
        var failure = ConnectError(.hostName, "the host's name has no address")
        for (number, host) in hosts.enumerated() where number == 0 || !deadline.hasPassed {
            // A silent address must leave time for those after it.
            let share = deadline.secondsLeft / Double(hosts.count - number)
            do throws(ConnectError) {
                self = try Self.connected(to: .tcp(host: host, port: port), until: Deadline(in: share))
                return
            } catch {
                failure = error
            }
        }
        throw failure
    }

    deinit {
        _ = close(descriptor)
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
        if count > 0 { return .bytes(count) }
        return count == 0 ? .ended : Self.stopped(.wantsRead)
    }

    /// Writes as much as possible. A vanished server causes an error, not a signal.
    public func write(_ bytes: UnsafeRawBufferPointer) -> Transfer {
        let count = unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        return count >= 0 ? .bytes(count) : Self.stopped(.wantsWrite)
    }

    private static func stopped(_ wanted: Transfer) -> Transfer {
        let code = errno
        return code == EAGAIN || code == EWOULDBLOCK || code == EINTR ? wanted : .failed(code)
    }

    /// Waits until the transfer can go on, or the connection is broken; returns false if `deadline` passed first.
    public func wait(for wanted: Transfer, until deadline: Deadline) -> Bool {
        let event = if case .wantsWrite = wanted { POLLOUT } else { POLLIN }
        var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        while true {
            let seconds = deadline.secondsLeft
            guard seconds > 0 else { return false }
            let milliseconds = Int32((min(seconds, Self.pollSecondsLimit) * 1000).rounded(.up))
            let ready = unsafe poll(&entry, 1, milliseconds)
            // Apart from a signal, the following transfer finds and names any failure.
            if ready > 0 || ready < 0 && errno != EINTR { return true }
        }
    }
}

extension StreamSocket {
    /// Connects to an address that needs no lookup.
    private static func connected(
        to address: SocketAddress, until deadline: Deadline
    ) throws(ConnectError) -> StreamSocket {
        switch address {
        case .unix(let path): return try connected(toPath: path, until: deadline)
        case .tcp(let host, let port):
            var hints = unsafe addrinfo()
            unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
            unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
            var found: UnsafeMutablePointer<addrinfo>?
            let status = unsafe getaddrinfo(host, String(port), &hints, &found)
            guard status == 0, let entry = unsafe found else {
                throw ConnectError(.hostName, unsafe String(cString: gai_strerror(status)))
            }
            defer { unsafe freeaddrinfo(entry) }
            let socket = try unsafe connected(to: entry.pointee.ai_addr, entry.pointee.ai_addrlen, until: deadline)
            socket.setTCPOptions()
            return socket
        }
    }

    private static func connected(toPath path: String, until deadline: Deadline) throws(ConnectError) -> StreamSocket {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(path.utf8)
        // The last byte stays zero.
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { throw ConnectError(code: ENAMETOOLONG) }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in unsafe bytes.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            // Safe: every address structure of the system begins with the members of `sockaddr`.
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe opened($0, length) }
        }
        return try finished(result, until: deadline)
    }

    private static func connected(
        to address: UnsafePointer<sockaddr>, _ length: socklen_t, until deadline: Deadline
    ) throws(ConnectError) -> StreamSocket {
        try finished(unsafe opened(address, length), until: deadline)
    }

    /// Creates a socket that begins to connect. Returns it with the `errno` of that, 0 if it is already connected.
    private static func opened(_ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> (Int32, code: Int32) {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = unsafe Glibc.socket(Int32(address.pointee.sa_family), kind, 0)
        guard descriptor >= 0 else { return (-1, errno) }
        return unsafe (descriptor, connect(descriptor, address, length) == 0 ? 0 : errno)
    }

    private static func finished(
        _ opened: (descriptor: Int32, code: Int32), until deadline: Deadline
    ) throws(ConnectError) -> StreamSocket {
        guard opened.descriptor >= 0 else { throw ConnectError(code: opened.code) }
        let socket = StreamSocket(adopting: opened.descriptor)
        // The system goes on connecting after a signal too.
        guard [EINPROGRESS, EINTR].contains(opened.code) else {
            guard opened.code == 0 else { throw ConnectError(code: opened.code) }
            return socket
        }
        guard socket.wait(for: .wantsWrite, until: deadline) else { throw ConnectError(code: ETIMEDOUT) }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe getsockopt(socket.descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else {
            throw ConnectError(code: errno)
        }
        guard code == 0 else { throw ConnectError(code: code) }
        return socket
    }

    private func setTCPOptions() {
        let tcp = Int32(IPPROTO_TCP)
        set(tcp, TCP_NODELAY, 1)
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(tcp, TCP_KEEPIDLE, Self.keepAliveSeconds)
        set(tcp, TCP_KEEPINTVL, Self.keepAliveIntervalSeconds)
        set(tcp, TCP_KEEPCNT, Self.keepAliveProbes)
    }

    private func set(_ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
