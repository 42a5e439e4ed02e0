import CMicrohttpd
import Glibc

extension ServerCore {
    /// The functions that the library calls. Each gets the core as its context, which lives as long as the library's
    /// daemon. An exchange lives from the request line until `completed`. None captures anything, as C functions
    /// cannot.
    static func callbacks(context: UnsafeMutableRawPointer) -> sessiond_http_callbacks {
        var calls = unsafe sessiond_http_callbacks()
        unsafe calls.context = context
        unsafe setConnectionCallbacks(&calls)
        unsafe setRequestCallbacks(&calls)
        return unsafe calls
    }

    /// Lets each handshake ask for the certificate, so that a reload takes effect with the next connection.
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
            // The handshake's callback gets nothing else.
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
        // The library would decode %2F before the path is split.
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
            // Safe: the library's buffer holds that many bytes during this call.
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

    /// Takes the head, which the first call for a request brings without a body.
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
