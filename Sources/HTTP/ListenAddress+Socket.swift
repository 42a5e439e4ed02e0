import Glibc

extension ListenAddress {
    /// The number of clients that may wait while the server is busy.
    private static let backlog: Int32 = 128

    /// Opens a listening socket. We bind it ourselves to report the system's own reason if that fails; the library
    /// would only say that it did not start.
    func listen() throws(HTTPError) -> (socket: Int32, port: UInt16) {
        // For every interface: one socket for both families, or for IPv4 alone if there is no IPv6.
        let isLocal = host.isSameName(as: "localhost")
        let hosts = host.isEmpty ? ["::", "0.0.0.0"] : isLocal ? ["127.0.0.1", "::1"] : [host]
        var failure = HTTPError.cannotListen(description, reason: "no address")
        for host in hosts {
            do { return try listen(host: host) } catch { failure = error }
        }
        throw failure
    }

    private func listen(host: String) throws(HTTPError) -> (socket: Int32, port: UInt16) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(host, String(port), &hints, &found)
        guard status == 0, let first = unsafe found else {
            throw .cannotListen(description, reason: unsafe String(cString: gai_strerror(status)))
        }
        defer { unsafe freeaddrinfo(first) }
        let family = unsafe first.pointee.ai_family
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure(errno) }
        var one: Int32 = 1
        // A restart must not wait until the system forgets the port's old connections.
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        if family == AF_INET6 {
            var only: Int32 = self.host.isEmpty ? 0 : 1
            unsafe setsockopt(
                descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &only, socklen_t(MemoryLayout<Int32>.size))
        }
        guard unsafe bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0,
            Glibc.listen(descriptor, Self.backlog) == 0, let bound = Self.port(of: descriptor)
        else {
            let code = errno
            close(descriptor)
            throw failure(code)
        }
        return (descriptor, bound)
    }

    private func failure(_ code: Int32) -> HTTPError {
        .cannotListen(description, reason: unsafe String(cString: strerror(code)))
    }

    private static func port(of descriptor: Int32) -> UInt16? {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        // Safe: the buffer has room for an address of either family, and both keep the port in the same place.
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        return status == 0 ? UInt16(bigEndian: address.sin6_port) : nil
    }
}
