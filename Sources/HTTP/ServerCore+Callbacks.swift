import CMicrohttpd
import Glibc

extension ServerCore {
    /// The C side. Each gets back the core it was given, which lives as long as the daemon; the exchange lives from
    /// the request line until `completed`. None captures anything, as C functions cannot.
    static func callbacks(context: UnsafeMutableRawPointer) -> sessiond_http_callbacks {
        var calls = unsafe sessiond_http_callbacks()
        unsafe calls.context = context
        unsafe setConnectionCallbacks(&calls)
        unsafe setRequestCallbacks(&calls)
        return unsafe calls
    }

    /// Has handshakes ask for the certificate, each time anew: a reload shows it to the next connection.
    static func setCertificateCallback(_ calls: inout sessiond_http_callbacks) {
        unsafe calls.certificate = { session, _, _, _, _, chain, count, key in
            guard let connection = unsafe sessiond_http_connection(session),
                let context = unsafe sessiond_http_context(connection), let chain = unsafe chain,
                let count = unsafe count, let key = unsafe key,
                let shown = unsafe ServerCore.from(context).certificate(for: sessiond_http_socket(connection))
            else { return -1 }
            unsafe chain.pointee = shown.chain
            unsafe count.pointee = shown.count
            unsafe key.pointee = shown.key
            return 0
        }
    }

    private static func setConnectionCallbacks(_ calls: inout sessiond_http_callbacks) {
        unsafe calls.log = { context, format, arguments in
            guard let context = unsafe context, let format = unsafe format,
                let arguments = unsafe arguments
            else { return }
            // Longer messages are cut.
            var text = [CChar](repeating: 0, count: 256)
            unsafe vsnprintf(&text, text.count, format, arguments)
            let bytes = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
            unsafe ServerCore.from(context).note(message: String(decoding: bytes, as: UTF8.self))
        }
        unsafe calls.accept = { context, address, _ in
            guard let context = unsafe context else { return .NO }
            let peer = unsafe address.flatMap { unsafe IPLiteral($0) }
            return unsafe ServerCore.from(context).accepts(peer?.description ?? "") ? .YES : .NO
        }
        unsafe calls.connection = { context, connection, slot, code in
            guard let context = unsafe context, let connection = unsafe connection else { return }
            let core = unsafe ServerCore.from(context)
            let socket = unsafe sessiond_http_socket(connection)
            if code == .CONNECTION_NOTIFY_CLOSED { return core.closed(socket) }
            // For the handshake, whose callback is given nothing else.
            unsafe slot?.pointee = context
            let peer = unsafe sessiond_http_peer(connection).flatMap { unsafe IPLiteral($0) }
            core.opened(socket, by: peer?.description ?? "")
        }
    }

    private static func setRequestCallbacks(_ calls: inout sessiond_http_callbacks) {
        unsafe calls.target = { context, target, connection in
            guard let context = unsafe context, let connection = unsafe connection else { return nil }
            unsafe ServerCore.from(context).began(sessiond_http_socket(connection))
            let text = unsafe target.map { unsafe String(cString: $0) }
            return unsafe Unmanaged.passRetained(Exchange(target: text ?? "")).toOpaque()
        }
        // The library would decode %2F before anyone has split the path.
        unsafe calls.unescape = { _, _, text in unsafe text.map { unsafe strlen($0) } ?? 0 }
        unsafe calls.answer = { context, connection, _, method, version, data, size, slot in
            guard let context = unsafe context, let connection = unsafe connection, let size = unsafe size,
                let held = unsafe slot?.pointee
            else { return .NO }
            let core = unsafe ServerCore.from(context)
            let exchange = unsafe Unmanaged<Exchange>.fromOpaque(held).takeUnretainedValue()
            guard exchange.isBegun else {
                return unsafe core.receiveHead(of: exchange, on: connection, method: method, version: version)
            }
            guard let data = unsafe data, unsafe size.pointee > 0 else {
                return unsafe core.answer(exchange, socket: sessiond_http_socket(connection)).queue(
                    on: connection, isTLS: core.isTLS)
            }
            // Safe: the library's buffer holds that many bytes for the length of this call.
            let piece = unsafe UnsafeRawBufferPointer(start: data, count: size.pointee)
            unsafe size.pointee = 0
            return unsafe core.take(piece, of: exchange) ? .YES : .NO
        }
        unsafe calls.completed = { context, connection, slot, _ in
            guard let context = unsafe context, let connection = unsafe connection else { return }
            unsafe ServerCore.from(context).finished(sessiond_http_socket(connection))
            guard let held = unsafe slot?.pointee else { return }
            unsafe Unmanaged<Exchange>.fromOpaque(held).release()
            unsafe slot?.pointee = nil
        }
    }

    /// The first call for a request brings its head, and no body.
    private func receiveHead(
        of exchange: Exchange, on connection: OpaquePointer, method: UnsafePointer<CChar>?,
        version: UnsafePointer<CChar>?
    ) -> MHD_Result {
        exchange.isBegun = true
        let head = unsafe RequestHead(
            method: method.map { unsafe String(cString: $0) } ?? "", target: exchange.target,
            version: version.map { unsafe String(cString: $0) } ?? "", headers: HTTPHeaders(of: connection))
        let socket = unsafe sessiond_http_socket(connection)
        guard let response = begin(exchange, head: head, socket: socket) else { return .YES }
        return unsafe response.queue(on: connection, isTLS: isTLS)
    }

    private static func from(_ context: UnsafeMutableRawPointer) -> ServerCore {
        unsafe Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue()
    }
}

extension HTTPHeaders {
    /// The fields of the request on `connection`, copied.
    fileprivate init(of connection: OpaquePointer) {
        self.init()
        // Safe: the iterator is called before this returns, with this very value.
        unsafe withUnsafeMutablePointer(to: &self) { headers in
            _ = unsafe MHD_get_connection_values_n(
                connection, .HEADER_KIND,
                { headers, _, name, nameSize, value, valueSize in
                    guard let headers = unsafe headers, let name = unsafe name else { return .NO }
                    let text = unsafe String(
                        decoding: UnsafeRawBufferPointer(start: name, count: nameSize), as: UTF8.self)
                    let count = unsafe value == nil ? 0 : valueSize
                    let bytes = unsafe UnsafeRawBufferPointer(start: value, count: count)
                    unsafe headers.assumingMemoryBound(to: HTTPHeaders.self).pointee.add(
                        text, String(decoding: bytes, as: UTF8.self))
                    return .YES
                }, headers)
        }
    }
}
