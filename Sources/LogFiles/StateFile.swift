import Glibc

/// A small file in the state directory, whole at any moment: written beside, synced and renamed. The directory must be
/// there.
public struct StateFile: Sendable {
    /// Copies of files that could not be understood; the last is overwritten.
    static let mostCopies = 4

    public let directory: String
    public let name: String

    public var path: String { "\(directory)/\(name)" }
    private var newPath: String { "\(path).new" }

    public init(directory: String, name: String) {
        self.directory = directory
        self.name = name
    }

    /// Nil where there is none. One that is longer than `limit` was not written by us, and counts as one that is cut off:
    /// it is empty.
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

    /// Puts these bytes in its place. What fails before the renaming leaves what was there.
    public func replace(with bytes: [UInt8]) throws(SystemFailure) {
        do throws(SystemFailure) {
            // A new file each time: what else may stand under the name, a link even, is not written to.
            unsafe unlink(newPath)
            try OpenFile(newPath, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600).write(bytes)
            guard unsafe rename(newPath, path) == 0 else { throw SystemFailure() }
            try OpenFile(directory, O_RDONLY | O_DIRECTORY).sync()
        } catch {
            unsafe unlink(newPath)
            throw error
        }
    }

    /// Renames it, so that it is neither read again nor lost; says to what.
    public func setAside() throws(SystemFailure) -> String {
        let copies = (1...Self.mostCopies).map { "\(path).corrupt-\($0)" }
        let copy = copies.first { unsafe access($0, F_OK) != 0 } ?? copies[copies.count - 1]
        guard unsafe rename(path, copy) == 0 else { throw SystemFailure() }
        return copy
    }
}
