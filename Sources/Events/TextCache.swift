import Glibc

/// What was found out about texts that loggers write again and again, by their bytes. Bounded: when it is full it
/// begins anew.
struct TextCache<Value: Sendable>: Sendable {
    private struct Entry {
        let hash: UInt64
        /// Where in ``bytes`` the text stands.
        let place: Range<Int>
        let value: Value
    }

    /// Texts that are kept, and the longest of them.
    let limit: Int
    let textLimit: Int
    private var entries: [Entry] = []
    private var bytes: [UInt8] = []
    /// For each hash the entry's number and 1; 0 is none. Empty until the first text is kept.
    private var buckets: [UInt16] = []

    init(limit: Int, textLimit: Int) {
        self.limit = limit
        self.textLimit = textLimit
    }

    subscript(text: some LineText) -> Value? {
        guard !buckets.isEmpty, (1...textLimit).contains(text.count) else { return nil }
        return text.withContiguousStorageIfAvailable { (text) -> Value? in
            let text = UnsafeRawBufferPointer(text)
            var hash = TextHash()
            unsafe hash.mix(text)
            return unsafe value(of: hash) { kept in
                guard let a = kept.baseAddress, let b = text.baseAddress, kept.count == text.count
                else { return false }
                return unsafe memcmp(a, b, text.count) == 0
            }
        } ?? nil
    }

    /// The value of a text with this hash of which `isText` says that it is the one.
    @inline(__always)
    func value(of hash: TextHash, where isText: (UnsafeRawBufferPointer) -> Bool) -> Value? {
        guard !buckets.isEmpty else { return nil }
        var bucket = hash.bucket(of: buckets.count)
        while buckets[bucket] != 0 {
            let number = Int(buckets[bucket]) - 1
            if entries[number].hash == hash.value {
                let place = entries[number].place
                let isFound = unsafe bytes.withUnsafeBytes {
                    unsafe isText(UnsafeRawBufferPointer(rebasing: $0[place]))
                }
                if isFound { return entries[number].value }
            }
            bucket = (bucket + 1) & (buckets.count - 1)
        }
        return nil
    }

    /// Keeps a text that is not kept yet, unless it is too long.
    mutating func keep(_ value: Value, for text: some LineText) {
        var hash = TextHash()
        text.withContiguousStorageIfAvailable { unsafe hash.mix(UnsafeRawBufferPointer($0)) }
        keep(value, for: text, hash)
    }

    mutating func keep(_ value: Value, for text: some LineText, _ hash: TextHash) {
        guard (1...textLimit).contains(text.count) else { return }
        if entries.count >= limit || buckets.isEmpty {
            entries.removeAll(keepingCapacity: true)
            bytes.removeAll(keepingCapacity: true)
            // A power of two, at most half full.
            buckets = Array(repeating: 0, count: 1 << (Int.bitWidth - (limit * 2 - 1).leadingZeroBitCount))
        }
        var bucket = hash.bucket(of: buckets.count)
        while buckets[bucket] != 0 { bucket = (bucket + 1) & (buckets.count - 1) }
        let start = bytes.count
        bytes.append(contentsOf: text)
        entries.append(Entry(hash: hash.value, place: start..<bytes.count, value: value))
        buckets[bucket] = UInt16(entries.count)
    }
}

/// A hash of bytes, eight at a time. Whoever finds texts of one hash makes some lines take longer, no more.
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

    /// One of `count` buckets, which is a power of two.
    func bucket(of count: Int) -> Int { Int(truncatingIfNeeded: value >> 32) & (count - 1) }
}
