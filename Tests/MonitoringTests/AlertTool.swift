import Foundation

/// A program of Prometheus that judges the files.
struct Tool {
    struct Answer {
        let isSuccess: Bool
        /// What it wrote to either stream.
        let output: String
    }

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    static let promtool = Tool(name: "promtool", package: "prometheus")
    static let amtool = Tool(name: "amtool", package: "prometheus-alertmanager")

    let name: String
    /// What Debian has it in.
    let package: String

    /// Runs it to its end, however long that takes on a machine with other work.
    func run(_ arguments: [String], in folder: URL) async throws -> Answer {
        let places = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
        guard let place = places.first(where: { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }) else {
            throw Missing(description: "\(name) is missing: install Debian's package \(package)")
        }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(name)-\(UUID().uuidString).log")
        guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        defer { try? FileManager.default.removeItem(at: file) }
        let output = try FileHandle(forWritingTo: file)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(place)/\(name)")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        // Waited for without a thread: other tests need it.
        let status = try await withCheckedThrowingContinuation { (waiting: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { waiting.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { waiting.resume(throwing: error) }
        }
        try output.close()
        return Answer(isSuccess: status == 0, output: try String(contentsOf: file, encoding: .utf8))
    }
}
