import Glibc

/// An open file descriptor, which is closed with its last reference.
final class OpenFile: Sendable {
    let descriptor: Int32

    init(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(SystemFailure) {
        descriptor = unsafe open(path, flags | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw SystemFailure() }
    }

    /// Opens for reading. It does not block, even if the path has become a FIFO since it was matched.
    convenience init(reading path: String) throws(SystemFailure) {
        try self.init(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func facts() throws(SystemFailure) -> FileFacts {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw SystemFailure() }
        return FileFacts(status)
    }

    /// Fills the beginning of `buffer` with `count` bytes from `offset`, or with fewer if the file ends there.
    func read(_ count: Int, at offset: UInt64, into buffer: inout [UInt8]) throws(SystemFailure) -> Int {
        var done = 0
        while done < count {
            let read = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe pread(descriptor, bytes.baseAddress! + done, count - done, off_t(offset) + off_t(done))
            }
            if read == 0 { break }
            if read > 0 {
                done += read
            } else if errno != EINTR {
                throw SystemFailure()
            }
        }
        return done
    }

    /// Writes all of `bytes` and waits until they are on disk.
    func write(_ bytes: [UInt8]) throws(SystemFailure) {
        var done = 0
        while done < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
            }
            if written >= 0 {
                done += written
            } else if errno != EINTR {
                throw SystemFailure()
            }
        }
        try sync()
    }

    func sync() throws(SystemFailure) {
        guard fsync(descriptor) == 0 else { throw SystemFailure() }
    }
}
