import Foundation

/// A folder of a test's own, removed with all that is in it when the test lets go of it.
final class Folder: Sendable {
    let path: String

    /// `isQuick`: in memory where the system has such a place, as syncing a disk takes long.
    init(isQuick: Bool = false) throws {
        let hasMemory = unsafe access("/dev/shm", W_OK) == 0
        let parent = isQuick && hasMemory ? "/dev/shm" : NSTemporaryDirectory()
        path = "\(parent)/logfiles-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of what is inside; of the folder itself for none.
    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: self(name)))
    }

    func append(_ text: String, to name: String) throws {
        let writer = try Writer(self(name))
        try writer.write(text)
    }

    func rename(_ name: String, to newName: String) throws {
        try check(unsafe Foundation.rename(self(name), self(newName)), "rename")
    }

    func remove(_ name: String) throws { try check(unsafe unlink(self(name)), "unlink") }

    func truncate(_ name: String, to size: Int = 0) throws {
        try check(unsafe Foundation.truncate(self(name), size), "truncate")
    }

    func makeFolder(_ name: String) throws { try check(unsafe mkdir(self(name), 0o755), "mkdir") }

    func link(_ name: String, to target: String) throws { try check(unsafe symlink(target, self(name)), "symlink") }

    func names(in name: String = ".") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: self(name)).sorted()
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: self(name), encoding: .utf8) }
}

/// One that appends to a file and keeps it open, whatever becomes of its name.
final class Writer {
    private let descriptor: Int32

    init(_ path: String) throws {
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        if descriptor < 0 { try check(-1, "open") }
    }

    deinit { close(descriptor) }

    func write(_ text: String) throws {
        let bytes = Array(text.utf8)
        try check(unsafe Foundation.write(descriptor, bytes, bytes.count) == bytes.count ? 0 : -1, "write")
    }

    func truncate(to size: Int = 0) throws { try check(ftruncate(descriptor, size), "ftruncate") }

    var inode: UInt64 {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 ? UInt64(status.st_ino) : 0
    }

    /// Sets the time of the last write: tests are faster than the clock's ticks.
    func setModified(nanoseconds: Int) throws {
        let time = timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
        let times = [time, time]
        try check(unsafe futimens(descriptor, times), "futimens")
    }
}

func check(_ result: Int32, _ call: String) throws {
    if result != 0 { throw POSIXFailure(call: call, code: errno) }
}

struct POSIXFailure: Error {
    var call: String
    var code: Int32
}
