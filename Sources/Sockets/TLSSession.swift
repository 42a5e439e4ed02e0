import COpenSSL
import Glibc

/// A TLS client session, by OpenSSL, over a non-blocking socket; both end with the object.
@safe public final class TLSSession {
    private let session: OpaquePointer
    private let socket: StreamSocket
    /// OpenSSL allows no further calls after a failure.
    private var isBroken = false
    /// OpenSSL's failure; nil if the socket failed.
    private var failure: TLSFailure?

    /// Performs the handshake with the server that the socket is connected to.
    init(
        over socket: consuming StreamSocket, to address: SocketAddress, _ tls: ClientTLS, until deadline: Deadline
    ) throws(ConnectError) {
        let name = try TLSName(tls, of: address)
        let context = try TLSContext(tls)
        guard let session = unsafe SSL_new(context.context), let transport = unsafe BIO_new(TLSSocket.method) else {
            throw ConnectError(.other, "out of memory")
        }
        unsafe BIO_int_ctrl(transport, BIO_C_SET_FD, Int(BIO_NOCLOSE), socket.descriptor)
        unsafe SSL_set_bio(session, transport, transport)
        unsafe self.session = session
        self.socket = socket
        guard unsafe name.require(of: session) else {
            throw ConnectError(.other, "\"\(name.text)\" cannot be the name in a certificate")
        }
        try shakeHands(name, until: deadline)
    }

    deinit {
        unsafe SSL_free(session)
    }

    private func shakeHands(_ name: TLSName, until deadline: Deadline) throws(ConnectError) {
        while true {
            ERR_clear_error()
            let code = unsafe SSL_connect(session)
            if code == 1 { return }
            switch outcome(code) {
            case .wantsRead where !wait(for: .wantsRead, until: deadline),
                .wantsWrite where !wait(for: .wantsWrite, until: deadline):
                throw ConnectError(.timeout, "no TLS handshake in time: does this port speak TLS?")
            case .wantsRead, .wantsWrite: continue
            // If a server closes before it has read our whole greeting, that resets the connection.
            case .bytes, .ended, .failed(ECONNRESET), .failed(EPIPE):
                throw ConnectError(.other, "the server closed in the TLS handshake: does this port speak TLS?")
            case .failed(let code):
                if let verdict = unsafe TLSFailure.verdict(SSL_get_verify_result(session), name) { throw verdict }
                throw ConnectError(failure?.cause ?? .other, reason(code))
            }
        }
    }

    var descriptor: Int32 { socket.descriptor }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        guard !isBroken else { return .failed(0) }
        ERR_clear_error()
        var count = 0
        let code = unsafe SSL_read_ex(session, buffer.baseAddress, buffer.count, &count)
        return code == 1 ? .bytes(count) : outcome(code)
    }

    /// Writes as much as possible, at least one TLS record.
    func write(_ bytes: UnsafeRawBufferPointer) -> Transfer {
        guard !isBroken else { return .failed(0) }
        ERR_clear_error()
        var count = 0
        let code = unsafe SSL_write_ex(session, bytes.baseAddress, bytes.count, &count)
        return code == 1 ? .bytes(count) : outcome(code)
    }

    /// Waits for the socket. During a key exchange, a read may have to wait for a write, and the other way round.
    func wait(for wanted: Transfer, until deadline: Deadline) -> Bool {
        socket.wait(for: wanted, until: deadline)
    }

    func reason(_ code: Int32) -> String {
        if let failure { return "TLS: \(failure.text)" }
        return code == 0 ? "the TLS session is over" : unsafe String(cString: strerror(code))
    }

    /// The meaning of a call that did not succeed.
    private func outcome(_ returned: Int32) -> Transfer {
        let code = errno
        switch unsafe SSL_get_error(session, returned) {
        case SSL_ERROR_WANT_READ: return .wantsRead
        case SSL_ERROR_WANT_WRITE: return .wantsWrite
        case SSL_ERROR_ZERO_RETURN: return .ended
        case SSL_ERROR_SYSCALL:
            isBroken = true
            return code == 0 ? .ended : .failed(code)
        default:
            isBroken = true
            let problem = TLSFailure.next()
            // The other side closed without the notification that TLS demands, as a killed server does.
            if problem.isEnd { return .ended }
            failure = problem
            return .failed(0)
        }
    }
}
