import Glibc

/// The socket calls of this module.
enum Sockets {
    /// The type of a stream socket that no child inherits.
    private static let stream = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)

    /// Makes a write to a socket whose reader has gone return an error. By default it would end the process.
    static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Makes two connected sockets.
    static func pair() throws(LabError) -> (Int32, Int32) {
        var ends: [Int32] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, stream, 0, &ends) == 0 else { throw .system("socketpair", errno) }
        return (ends[0], ends[1])
    }

    /// Makes a socket that listens at `path`.
    static func listen(at path: String) throws(LabError) -> Int32 {
        let descriptor = socket(AF_UNIX, stream, 0)
        guard descriptor >= 0 else { throw .system("socket", errno) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(path.utf8)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard name.count < capacity else {
            close(descriptor)
            throw .system(call: "bind", reason: "the socket's path is longer than \(capacity - 1) bytes")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        let code = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let length = socklen_t(MemoryLayout<sockaddr_un>.size)
                guard unsafe bind(descriptor, address, length) == 0 else { return errno }
                return Glibc.listen(descriptor, 16) == 0 ? 0 : errno
            }
        }
        guard code == 0 else {
            close(descriptor)
            throw .system("bind", code)
        }
        return descriptor
    }

    /// Finds a TCP port of 127.0.0.1 that is free at this moment.
    static func freePort() throws(LabError) -> UInt16 {
        let descriptor = socket(AF_INET, stream, 0)
        guard descriptor >= 0 else { throw .system("socket", errno) }
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
        guard code == 0 else { throw .system("bind to 127.0.0.1:0", code) }
        return UInt16(bigEndian: address.sin_port)
    }
}
