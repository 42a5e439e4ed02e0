import Foundation

/// What a server on 127.0.0.1 sends back to exactly these bytes, up to the end of the connection.
struct RawAnswer {
    let status: Int
    /// By name in lower case; of repeated fields the last.
    let headers: [String: String]
    let body: [UInt8]

    struct Failure: Error {
        let call: String
        let code: Int32
    }

    /// Longest wait for the next bytes.
    private static let waitSeconds = 20

    init(to request: String, port: UInt16) throws {
        let bytes = try Self.exchange(Array(request.utf8), port: port)
        let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) ?? bytes.endIndex..<bytes.endIndex
        body = Array(bytes[end.upperBound...])
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.last?.trimmingCharacters(in: .whitespaces)
        }
        self.headers = headers
    }

    /// Sends the request, reads no more than so many bytes of the answer, and breaks the connection off.
    static func abandon(_ request: String, port: UInt16, after limit: Int) throws {
        let descriptor = try connected(port)
        var wait = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &wait, socklen_t(MemoryLayout<linger>.size))
        defer { close(descriptor) }
        let bytes = Array(request.utf8)
        guard unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw Failure(call: "send", code: errno)
        }
        var piece = [UInt8](repeating: 0, count: max(limit, 1))
        if limit > 0 { _ = unsafe recv(descriptor, &piece, limit, 0) }
    }

    private static func connected(_ port: UInt16) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var wait = timeval(tv_sec: waitSeconds, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            defer { close(descriptor) }
            throw Failure(call: "connect", code: errno)
        }
        return descriptor
    }

    private static func exchange(_ request: [UInt8], port: UInt16) throws -> [UInt8] {
        let descriptor = try connected(port)
        defer { close(descriptor) }
        guard unsafe send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw Failure(call: "send", code: errno)
        }
        var answer: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe recv(descriptor, &piece, piece.count, 0)
            guard count >= 0 else { throw Failure(call: "recv", code: errno) }
            if count == 0 { return answer }
            answer += piece[..<count]
        }
    }
}
