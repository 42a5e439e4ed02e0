import Foundation
import HTTP
import Lab

/// A program of others that listens on 127.0.0.1 at a port that the kernel chose. It is gone with `end()`.
struct ListeningProcess: Sendable {
    private let process = Process()
    let port: UInt16

    /// `words[0]` is looked for on the path; its output goes to the file `log`.
    init(_ words: [String], package: String, log: String) throws {
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardOutput = FileHandle(forWritingAtPath: log)
        process.standardError = process.standardOutput
        try process.run()
        let pid = process.processIdentifier
        var port: UInt16?
        try waitUntil("\(words[0]) to listen (apt-get install \(package))") {
            port = Self.listeningPort(of: pid)
            return port != nil
        }
        self.port = port ?? 0
    }

    func end() {
        process.terminate()
        process.waitUntilExit()
    }

    /// Status and body of an answer.
    func get(_ path: String) throws -> HTTPAnswer {
        try HTTPClient(HTTPServerURL("http://127.0.0.1:\(port)"), seconds: 60).ask(.get, path)
    }

    /// The port that the kernel chose for it; nil while it does not listen.
    static func listeningPort(of pid: Int32) -> UInt16? {
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")) ?? []
        let sockets = Set(
            descriptors.compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\($0)")
            })
        for line in ((try? String(contentsOfFile: "/proc/\(pid)/net/tcp", encoding: .utf8)) ?? "").split(
            separator: "\n")
        {
            // Number, local address, remote address, state (0A listens), ..., inode.
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == "0A", sockets.contains("socket:[\(fields[9])]") else { continue }
            return fields[1].split(separator: ":").last.flatMap { UInt16($0, radix: 16) }
        }
        return nil
    }
}
