import Glibc
import Testing

/// A blocking client that sends exactly the bytes it is given. Every wait ends after ten seconds.
@safe final class WireClient {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    struct Failure: Error {
        let what: String
        let code: Int32
    }

    struct Answer: Equatable {
        var status = 0
        var headers: [String: String] = [:]
        var body: [UInt8] = []

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    init(port: UInt16, version6: Bool = false) throws {
        descriptor = socket(version6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var wait = timeval(tv_sec: 10, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        let status: Int32
        if version6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_addr = in6addr_loopback
            status = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            status = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        guard status == 0 else { throw Failure(what: "connect", code: errno) }
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(what: "send", code: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// The next answer; `isHead` where none has a body.
    func answer(isHead: Bool = false) throws -> Answer {
        var head: [String] = []
        while true {
            let line = try line()
            if line.isEmpty { break }
            head.append(line)
        }
        var answer = Answer()
        answer.status = Int(head.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
        for field in head.dropFirst() {
            let parts = field.split(separator: ":", maxSplits: 1)
            answer.headers[parts[0].lowercased()] = String(parts.last?.drop { $0 == " " } ?? "")
        }
        let length = Int(answer.headers["content-length"] ?? "") ?? 0
        while !isHead && buffer.count < length {
            guard try fill() else { throw Failure(what: "end of body", code: 0) }
        }
        if !isHead {
            answer.body = Array(buffer.prefix(length))
            buffer.removeFirst(length)
        }
        return answer
    }

    func ask(_ text: String, isHead: Bool = false) throws -> Answer {
        try send(text)
        return try answer(isHead: isHead)
    }

    /// Whether the server closes without a further byte; a reset counts. Throws if it does neither in ten seconds.
    func isClosed() throws -> Bool {
        do {
            guard try buffer.isEmpty && !fill() else { return false }
        } catch let failure as Failure {
            guard failure.code == ECONNRESET else { throw failure }
        }
        return true
    }

    /// All that comes until the server closes; a reset counts.
    func rest() throws -> [UInt8] {
        do {
            while try fill() {}
        } catch let failure as Failure {
            guard failure.code == ECONNRESET else { throw failure }
        }
        return buffer
    }

    private func line() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                let line = buffer[..<end].filter { $0 != 0x0D }
                buffer.removeFirst(end + 1)
                return String(decoding: line, as: UTF8.self)
            }
            guard try fill() else { throw Failure(what: "end of head", code: 0) }
        }
    }

    /// False at the end of the stream.
    private func fill() throws -> Bool {
        var piece = [UInt8](repeating: 0, count: 65536)
        let count = unsafe recv(descriptor, &piece, piece.count, 0)
        guard count >= 0 else { throw Failure(what: "recv", code: errno) }
        buffer += piece.prefix(count)
        return count > 0
    }
}
