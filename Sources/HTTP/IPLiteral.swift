import Glibc

/// An IP address such as `127.0.0.1` or `::1`, without brackets, port or zone.
struct IPLiteral: Equatable {
    /// The 4 or 16 bytes in network order. An IPv4 address mapped into IPv6 has 4.
    let bytes: [UInt8]

    init?(_ text: String) {
        var storage = [UInt8](repeating: 0, count: 16)
        if unsafe inet_pton(AF_INET, text, &storage) == 1 {
            bytes = Array(storage.prefix(4))
        } else if unsafe inet_pton(AF_INET6, text, &storage) == 1 {
            bytes = Self.unmapped(storage)
        } else {
            return nil
        }
    }

    /// The address of a client; nil for another family, such as a unix socket's.
    init?(_ address: UnsafePointer<sockaddr>) {
        // Safe: the family says which structure stands there.
        switch unsafe Int32(address.pointee.sa_family) {
        case AF_INET:
            let raw = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self).sin_addr
            bytes = unsafe withUnsafeBytes(of: raw) { unsafe Array($0) }
        case AF_INET6:
            let raw = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in6.self).sin6_addr
            bytes = unsafe Self.unmapped(withUnsafeBytes(of: raw) { unsafe Array($0) })
        default: return nil
        }
    }

    var isVersion6: Bool { bytes.count == 16 }

    var isLoopback: Bool {
        isVersion6 ? bytes == [UInt8](repeating: 0, count: 15) + [1] : bytes[0] == 127
    }

    /// Unmaps addresses such as `::ffff:127.0.0.1`, as which a socket of both families sees an IPv4 client.
    private static func unmapped(_ bytes: [UInt8]) -> [UInt8] {
        let mapping = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
        return bytes.starts(with: mapping) ? Array(bytes.suffix(4)) : bytes
    }
}

extension IPLiteral: CustomStringConvertible {
    var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard unsafe inet_ntop(isVersion6 ? AF_INET6 : AF_INET, bytes, &text, socklen_t(text.count)) != nil else {
            return ""
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
