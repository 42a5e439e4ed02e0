import CMicrohttpd

extension HTTPResponse {
    /// Bodies beyond this are lent to the library instead of being copied.
    private static let copiedBytes = 16384
    /// A day only: browsers hold it against every port of the host, other servers' too.
    private static let strictTransport = "max-age=86400"

    /// Hands the answer over; the library sends it when the socket can take it. `.NO` closes the connection.
    func queue(on connection: OpaquePointer, isTLS: Bool) -> MHD_Result {
        guard let response = unsafe libraryResponse() else { return .NO }
        // The connection holds it as long as it needs it.
        defer { unsafe MHD_destroy_response(response) }
        for (name, value) in headers.fields {
            // Refused where the value has a line end: nothing that a client wrote can add a header.
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
            // Safe: copied before the call returns.
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

/// Keeps a body where it is until the library has sent it.
///
/// An array of bytes is one block of memory that never moves and is freed with its last reference. This holds one, so
/// nobody else who has the array can write to it either: they would get a copy first.
@safe private final class LentBody {
    private let bytes: [UInt8]
    /// The library only reads it, and only while this lives.
    let base: UnsafeMutableRawPointer?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        unsafe base = unsafe bytes.withUnsafeBytes { unsafe UnsafeMutableRawPointer(mutating: $0.baseAddress) }
    }
}
