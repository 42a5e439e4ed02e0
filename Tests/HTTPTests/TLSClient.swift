import Foundation

/// `curl` and `openssl s_client`: TLS as others do it. Every run ends after a minute.
struct TLSClient {
    let status: Int32
    let text: String

    /// Runs `curl`, which trusts `authority` and nobody else, for targets on that port; silent but for the answers.
    static func curl(_ targets: [String], port: UInt16, authority: String, _ options: [String] = []) throws -> TLSClient
    {
        try TLSClient(
            ["curl", "-s", "--max-time", "60", "--noproxy", "*", "--cacert", authority] + options
                + targets.map { "https://127.0.0.1:\(port)\($0)" })
    }

    /// Runs `openssl s_client` for one handshake, and closes.
    static func handshake(port: UInt16, _ options: [String] = []) throws -> TLSClient {
        try TLSClient(["timeout", "60", "openssl", "s_client", "-connect", "127.0.0.1:\(port)"] + options)
    }

    /// Its input stays open until it ends, where `input` is given.
    init(_ words: [String], input: String? = nil) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        let (given, written) = (Pipe(), Pipe())
        process.standardInput = input == nil ? FileHandle.nullDevice : given
        process.standardOutput = written
        process.standardError = written
        try process.run()
        if let input { try given.fileHandleForWriting.write(contentsOf: Data(input.utf8)) }
        text = String(decoding: written.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationStatus
    }
}
