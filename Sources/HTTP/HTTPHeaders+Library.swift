import CMicrohttpd

extension HTTPHeaders {
    /// Copies the fields of the request on `connection`.
    init(of connection: OpaquePointer) {
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
