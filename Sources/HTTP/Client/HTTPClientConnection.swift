import Glibc
import Sockets

/// One request and its answer on a connection. The answer ends where its length, its last chunk or the end of the
/// connection says (RFC 9112, 6.3).
struct HTTPClientConnection: ~Copyable {
    /// Largest head of an answer. Also the longest line among its chunks, and all that follows the last one.
    static let headBytes = 64 << 10

    private let deadline: Deadline
    private let bodyBytes: Int
    private var incoming: IncomingBytes

    init(_ wire: consuming Wire, until deadline: Deadline, bodyBytes: Int) {
        self.deadline = deadline
        self.bodyBytes = bodyBytes
        incoming = IncomingBytes(wire, until: deadline)
    }

    /// To be called once. `isHead`: the answer has no body, whatever its fields say.
    mutating func exchange(_ request: [UInt8], isHead: Bool = false) throws(HTTPClientError) -> HTTPAnswer {
        try send(request)
        while true {
            let status = try status()
            let headers = try fields()
            // 100 and the like only announce the answer.
            guard status >= 200 else { continue }
            let isEmpty = isHead || status == 204 || status == 304
            return HTTPAnswer(status: status, headers: headers, body: isEmpty ? [] : try body(headers))
        }
    }

    private func send(_ request: [UInt8]) throws(HTTPClientError) {
        var rest = request[...]
        while !rest.isEmpty {
            switch unsafe rest.withUnsafeBytes({ unsafe incoming.wire.write($0) }) {
            case .bytes(let count): rest = rest.dropFirst(count)
            // The server may have answered before it closed.
            case .ended, .failed(EPIPE), .failed(ECONNRESET): return
            case .failed(let code): throw .lost(reason: incoming.wire.reason(code))
            case let wish: guard incoming.wire.wait(for: wish, until: deadline) else { throw .timeout }
            }
        }
    }

    /// The status in a line such as `HTTP/1.1 200 OK`.
    private mutating func status() throws(HTTPClientError) -> Int {
        let words = try incoming.line(limit: Self.headBytes).split(separator: " ", omittingEmptySubsequences: false)
        guard words.count >= 2, words[0] == "HTTP/1.1" || words[0] == "HTTP/1.0", words[1].utf8.count == 3,
            let status = Int(words[1]), (100..<1000).contains(status)
        else { throw .notHTTP(reason: "its answer begins with no status line") }
        return status
    }

    /// The fields up to the empty line.
    private mutating func fields() throws(HTTPClientError) -> HTTPHeaders {
        var headers = HTTPHeaders()
        var room = Self.headBytes
        while true {
            let line = try incoming.line(limit: room)
            if line.isEmpty { return headers }
            room -= line.utf8.count
            guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else {
                throw .notHTTP(reason: "its answer has a header line without a name")
            }
            let value = line[colon...].dropFirst().trimmed { $0 == " " || $0 == "\t" }
            headers.add(String(line[..<colon]), value)
        }
    }

    private mutating func body(_ headers: HTTPHeaders) throws(HTTPClientError) -> [UInt8] {
        if let encoding = headers.list("Transfer-Encoding") {
            guard encoding.isSameName(as: "chunked") else {
                throw .notHTTP(reason: "its answer has a transfer encoding other than chunked")
            }
            return try chunks()
        }
        guard let text = headers.values("Content-Length").first else { return try incoming.rest(limit: bodyBytes) }
        guard Set(headers.values("Content-Length")).count == 1, let length = Self.number(text, radix: 10) else {
            throw .notHTTP(reason: "its answer's Content-Length is not a number")
        }
        guard length <= bodyBytes else { throw .tooLarge(bytes: bodyBytes) }
        return try incoming.bytes(length)
    }

    private mutating func chunks() throws(HTTPClientError) -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let size = try incoming.line(limit: Self.headBytes).prefix { $0 != ";" }
            guard let length = Self.number(size.trimmed { $0 == " " || $0 == "\t" }, radix: 16) else {
                throw .notHTTP(reason: "its answer has a chunk without a size")
            }
            if length == 0 {
                _ = try fields()
                return body
            }
            guard length <= bodyBytes - body.count else { throw .tooLarge(bytes: bodyBytes) }
            body += try incoming.bytes(length)
            guard try incoming.line(limit: Self.headBytes).isEmpty else {
                throw .notHTTP(reason: "its answer has a chunk that is longer than it says")
            }
        }
    }

    /// A number of digits alone; `Int` itself would take a sign. A number too large for an `Int` becomes the largest.
    private static func number(_ text: some StringProtocol, radix: Int) -> Int? {
        guard !text.isEmpty, text.allSatisfy({ $0.isASCII && $0.isHexDigit && ($0.isNumber || radix == 16) }) else {
            return nil
        }
        return Int(text, radix: radix) ?? .max
    }
}
