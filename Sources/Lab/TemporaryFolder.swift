import Foundation

/// A fresh folder that only we may enter (mode 0700). It stays until ``remove()``: a value that deleted it when
/// last used would do so while its path is still in use.
public struct TemporaryFolder: Sendable {
    public let path: String

    /// Makes `<temporary folder>/<prefix>-XXXXXX`. Short, since a unix socket's path may hold 107 bytes at most.
    public init(prefix: String = "lab") throws(LabError) {
        let parent = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        var template = Array("\(parent)/\(prefix)-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { unsafe mkdtemp($0.baseAddress!) != nil }
        guard made else { throw .system(call: "mkdtemp in \(parent)", reason: reason(errno)) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The path of a file inside.
    public func file(_ name: String) -> String {
        "\(path)/\(name)"
    }

    /// Removes the folder and all that is in it; nothing happens if it is gone.
    public func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// A fresh folder, mode 0700; the caller removes it.
public func temporaryFolder(prefix: String = "lab") throws(LabError) -> TemporaryFolder {
    try TemporaryFolder(prefix: prefix)
}

/// The system's words for an `errno`.
func reason(_ code: Int32) -> String {
    unsafe String(cString: strerror(code))
}
