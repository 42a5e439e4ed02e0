/// A fast hash that takes eight bytes at a time. An attacker who finds texts with equal hashes can only slow down some
/// lines.
struct TextHash {
    private(set) var value: UInt64 = 0

    @inline(__always)
    mutating func mix(_ text: UnsafeRawBufferPointer) {
        var at = 0
        while at &+ 8 <= text.count {
            mix(unsafe text.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at &+= 8
        }
        var last = UInt64(text.count) << 56
        while at < text.count {
            last = last << 8 | UInt64(unsafe text[at])
            at &+= 1
        }
        mix(last)
    }

    @inline(__always)
    mutating func mix(_ word: UInt64) {
        let product = (value ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        value = product.high ^ product.low ^ 0xD6E8_FEB8_6659_FD93
    }

    /// One of `count` buckets; `count` is a power of two.
    func bucket(of count: Int) -> Int { Int(truncatingIfNeeded: value >> 32) & (count - 1) }
}
