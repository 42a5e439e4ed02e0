import Glibc

/// A small file in the state directory. It is complete at any moment: a new file is written beside it, synced and
/// renamed. The directory must exist.
public struct StateFile: Sendable {
    /// The maximum number of copies of unparsable files; the last one is overwritten.
    static let mostCopies = 4

    public let directory: String
    public let name: String

    public var path: String { "\(directory)/\(name)" }
    private var newPath: String { "\(path).new" }

    public init(directory: String, name: String) {
        self.directory = directory
        self.name = name
    }

    /// Reads the file; nil if there is none. A file longer than `limit` was not written by us; it is returned as empty.
    public func read(atMost limit: Int) throws(SystemFailure) -> [UInt8]? {
        do throws(SystemFailure) {
            let file = try OpenFile(reading: path)
            let size = Int(try file.facts().size)
            guard size <= limit else { return [] }
            var bytes = [UInt8](repeating: 0, count: size)
            return try file.read(size, at: 0, into: &bytes) == size ? bytes : []
        } catch {
            if error.code == ENOENT { return nil }
            throw error
        }
    }

    /// Replaces the content. A failure before the renaming leaves the old file unchanged.
    public func replace(with bytes: [UInt8]) throws(SystemFailure) {
        do throws(SystemFailure) {
            // Always a new file, so that nothing else under that name, such as a link, is written to.
            unsafe unlink(newPath)
            try OpenFile(newPath, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600).write(bytes)
            guard unsafe rename(newPath, path) == 0 else { throw SystemFailure() }
            try OpenFile(directory, O_RDONLY | O_DIRECTORY).sync()
        } catch {
            unsafe unlink(newPath)
            throw error
        }
    }

    /// Renames the file, so that it is neither read again nor lost, and returns its new path.
    public func setAside() throws(SystemFailure) -> String {
        let copies = (1...Self.mostCopies).map { "\(path).corrupt-\($0)" }
        let copy = copies.first { unsafe access($0, F_OK) != 0 } ?? copies[copies.count - 1]
        guard unsafe rename(path, copy) == 0 else { throw SystemFailure() }
        return copy
    }
}
