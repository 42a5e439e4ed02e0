import Foundation

/// A program run to its end: its input given as a whole, what it wrote on both outputs kept.
public struct ForeignProgram {
    public let status: Int32
    public let output: [UInt8]

    public var text: String { String(decoding: output, as: UTF8.self) }

    public struct Missing: Error, CustomStringConvertible {
        public let description: String
    }

    /// `package` says what to install where there is no such program.
    public init(_ words: [String], input: [UInt8], package: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        // Files, not pipes: with two pipes, each side could wait for the other.
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("program-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (given, written) = (folder.appendingPathComponent("in"), folder.appendingPathComponent("out"))
        try Data(input).write(to: given)
        try Data().write(to: written)
        let outputFile = try FileHandle(forWritingTo: written)
        process.standardInput = try FileHandle(forReadingFrom: given)
        process.standardOutput = outputFile
        process.standardError = outputFile
        try process.run()
        process.waitUntilExit()
        status = process.terminationStatus
        output = Array(try Data(contentsOf: written))
        // What env says of a program that it does not find.
        if status == 127 { throw Missing(description: "\(words[0]) is not installed: \(package)") }
    }
}
