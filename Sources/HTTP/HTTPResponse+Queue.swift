import CMicrohttpd

extension HTTPResponse {
    /// The longest body that is copied. A longer one is lent to the library instead.
    private static let copiedBytes = 16384
    /// Only a day, since browsers apply it to every port of the host, even those of other servers.
    private static let strictTransport = "max-age=86400"

    /// Hands the answer to the library, which sends it as the socket takes it. `.NO` closes the connection.
    func queue(on connection: OpaquePointer, isTLS: Bool) -> MHD_Result {
        guard let response = unsafe libraryResponse() else { return .NO }
        // The connection keeps its own reference while it needs the response.
        defer { unsafe MHD_destroy_response(response) }
        for (name, value) in headers.fields {
            // The library refuses a value with a line end, so no text of a client can add a header.
            _ = unsafe MHD_add_response_header(response, name, value)
        }
        for (name, value) in Self.defaultHeaders.fields where headers[name] == nil {
            _ = unsafe MHD_add_response_header(response, name, value)
        }
        if isTLS { _ = unsafe MHD_add_response_header(response, "Strict-Transport-Security", Self.strictTransport) }
        return unsafe MHD_queue_response(connection, UInt32(clamping: status), response)
    }

    private func libraryResponse() -> OpaquePointer? {
        guard body.count > Self.copiedBytes else {
            // Safe: the bytes are copied before the call returns.
            return unsafe body.withUnsafeBytes { bytes in
                let base = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                return unsafe MHD_create_response_from_buffer(bytes.count, base, .RESPMEM_MUST_COPY)
            }
        }
        let lent = unsafe Unmanaged.passRetained(LentBody(body))
        let response = unsafe MHD_create_response_from_buffer_with_free_callback_cls(
            body.count, lent.takeUnretainedValue().base,
            { held in
                guard let held = unsafe held else { return }
                unsafe Unmanaged<LentBody>.fromOpaque(held).release()
            }, lent.toOpaque())
        if unsafe response == nil { unsafe lent.release() }
        return unsafe response
    }
}

/// An object that keeps a body in place until the library has sent it.
///
/// The memory of an array never moves and is freed with its last reference. This object holds one, so anybody else who
/// writes to the array writes to a copy.
@safe private final class LentBody {
    private let bytes: [UInt8]
    /// The address of the bytes, which the library only reads, and only while this object lives.
    let base: UnsafeMutableRawPointer?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        unsafe base = unsafe bytes.withUnsafeBytes { unsafe UnsafeMutableRawPointer(mutating: $0.baseAddress) }
    }
}
