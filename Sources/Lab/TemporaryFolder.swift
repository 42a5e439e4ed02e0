import FoundationEssentials
import Glibc

/// A fresh folder that only we may enter (mode 0700). It stays until ``remove()``: if its last use deleted it, the path
/// could still be in use.
public struct TemporaryFolder: Sendable {
    public let path: String

    /// Makes `<temporary folder>/<prefix>-XXXXXX`. The path is short, since a unix socket's may have 107 bytes at most.
    public init(prefix: String = "lab") throws(LabError) {
        let parent = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        var template = Array("\(parent)/\(prefix)-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { unsafe mkdtemp($0.baseAddress!) != nil }
        guard made else { throw .system("mkdtemp in \(parent)", errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The path of a file inside.
    public func file(_ name: String) -> String {
        "\(path)/\(name)"
    }

    /// Removes the folder and its contents. Does nothing if it is gone.
    public func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
