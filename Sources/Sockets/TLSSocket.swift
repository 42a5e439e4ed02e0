import COpenSSL
import Glibc

/// The access of OpenSSL to a socket. It differs from OpenSSL's own only when writing to a vanished server: that raises
/// no SIGPIPE, and is no failure. The server may have said before why it closes (it may require a client certificate,
/// say), and only a read finds that, or the end.
enum TLSSocket {
    /// Lives as long as the process, since sessions hold its address.
    @unsafe static nonisolated(unsafe) let method: OpaquePointer = {
        let kind = BIO_TYPE_DESCRIPTOR | BIO_TYPE_SOURCE_SINK | BIO_get_new_index()
        guard let method = unsafe BIO_meth_new(kind, "socket without SIGPIPE") else { fatalError("out of memory") }
        let plain = unsafe BIO_s_socket()
        unsafe BIO_meth_set_read(method, BIO_meth_get_read(plain))
        unsafe BIO_meth_set_ctrl(method, BIO_meth_get_ctrl(plain))
        unsafe BIO_meth_set_create(method, BIO_meth_get_create(plain))
        unsafe BIO_meth_set_destroy(method, BIO_meth_get_destroy(plain))
        unsafe BIO_meth_set_write(method) { bio, bytes, count in
            let descriptor = unsafe Int32(BIO_ctrl(bio, BIO_C_GET_FD, 0, nil))
            errno = 0
            let sent = unsafe Int32(send(descriptor, bytes, Int(count), Int32(MSG_NOSIGNAL)))
            unsafe sessiond_bio_forget_retry(bio)
            if sent < 0, errno == EPIPE || errno == ECONNRESET { return count }
            if sent <= 0, BIO_sock_should_retry(sent) != 0 { unsafe sessiond_bio_ask_to_retry_write(bio) }
            return sent
        }
        return unsafe method
    }()
}
