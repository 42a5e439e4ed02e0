/// A request without its body, as the library delivers it.
struct RequestHead {
    var method: String
    var target: String
    var version: String
    var headers: HTTPHeaders

    /// True if a body follows.
    var hasBody: Bool {
        headers["Transfer-Encoding"] != nil || (headers["Content-Length"].map { $0 != "0" } ?? false)
    }

    /// True if the client waits for permission to send the body, so that it reads an answer at once.
    var expectsContinue: Bool {
        headers["Expect"].map { $0.isSameName(as: "100-continue") } ?? false
    }

    /// The refusal of a malformed request; nil if there is no reason. The library lets all of these pass.
    func refusal(limits: HTTPLimits) -> (HTTPRefusal, HTTPResponse)? {
        if target.utf8.count > limits.targetBytes {
            return (.targetTooLong, .problem(414, "the target is longer than \(limits.targetBytes) bytes"))
        }
        if headers.byteCount > limits.headerBytes {
            return (.headersTooLarge, .problem(431, "the header fields are longer than \(limits.headerBytes) bytes"))
        }
        // `Content-Length : 5` is no length to us, but perhaps to a proxy in front.
        guard headers.fields.allSatisfy({ Self.isToken($0.name) }) else {
            return (.badHeader, .problem(400, "a header field's name has a character that names cannot have"))
        }
        guard version == "HTTP/1.1" || version == "HTTP/1.0" else {
            return (.unknownVersion, .problem(400, "the protocol is neither HTTP/1.1 nor HTTP/1.0"))
        }
        let hosts = headers.values("Host").count
        guard hosts == 1 || (hosts == 0 && version == "HTTP/1.0") else {
            return (.badHost, .problem(400, hosts == 0 ? "the Host header is missing" : "more than one Host header"))
        }
        if let fault = lengthFault { return (.ambiguousLength, .problem(400, fault)) }
        guard HTTPMethod(rawValue: method) != nil else {
            return (.unknownMethod, .problem(501, "the method is not known"))
        }
        return nil
    }

    /// The fault by which this server and a proxy in front could disagree about the end of the body. It could be used
    /// to smuggle a second request past the proxy.
    private var lengthFault: String? {
        let lengths = headers.values("Content-Length")
        let encodings = headers.values("Transfer-Encoding")
        if !lengths.isEmpty && !encodings.isEmpty { return "both Content-Length and Transfer-Encoding" }
        if lengths.count > 1 { return "more than one Content-Length" }
        if let length = lengths.first, length.isEmpty || !length.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return "Content-Length is not a number"
        }
        guard !encodings.isEmpty else { return nil }
        if encodings.count > 1 || !encodings[0].isSameName(as: "chunked") {
            return "a Transfer-Encoding other than chunked"
        }
        return version == "HTTP/1.1" ? nil : "Transfer-Encoding in HTTP/1.0"
    }

    /// True if the text is a token of RFC 9110, 5.6.2.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
