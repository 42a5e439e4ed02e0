import Glibc

/// A small file in the state directory, whole at any moment: written beside, synced and renamed. The directory must be
/// there.
struct StateFile: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Copies of files that could not be understood; the last is overwritten.
    static let mostCopies = 4

    let directory: String
    let name: String

    private var path: String { "\(directory)/\(name)" }
    private var newPath: String { "\(path).new" }

    /// Nil where there is none.
    func read(atMost limit: Int) throws(Failure) -> [UInt8]? {
        // Never waits, should it be a FIFO.
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("cannot be read")
        }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limit {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot be read") }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        // What is too large was not written by us.
        return bytes.count <= limit ? bytes : []
    }

    func replace(with bytes: [UInt8]) throws(Failure) {
        // A new file each time: what else may stand under the name, a link even, is not written to.
        unsafe unlink(newPath)
        let file = unsafe open(newPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure("cannot be written") }
        let isWritten = writeWhole(bytes, to: file) && fsync(file) == 0
        let reason = failure("cannot be written")
        close(file)
        guard isWritten else {
            unsafe unlink(newPath)
            throw reason
        }
        guard unsafe rename(newPath, path) == 0 else { throw failure("cannot be written") }
        let folder = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    /// Renames it, so that it is neither read again nor lost; says to what.
    func setAside() throws(Failure) -> String {
        let copies = (1...Self.mostCopies).map { "\(path).corrupt-\($0)" }
        let copy = copies.first { unsafe access($0, F_OK) != 0 } ?? copies[copies.count - 1]
        guard unsafe rename(path, copy) == 0 else { throw failure("cannot be set aside") }
        return copy
    }

    private func failure(_ what: String) -> Failure {
        Failure(description: "\(path) \(what): \(unsafe String(cString: strerror(errno)))")
    }
}
