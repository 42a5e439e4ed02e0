import Glibc

/// A cache of values by text, for texts that loggers write again and again. When it is full, it is emptied.
struct TextCache<Value: Sendable>: Sendable {
    private struct Entry {
        let hash: UInt64
        /// The range of the text in ``bytes``.
        let place: Range<Int>
        let value: Value
    }

    /// The maximum number of texts.
    let limit: Int
    /// The maximum length of a text in bytes.
    let textLimit: Int
    private var entries: [Entry] = []
    private var bytes: [UInt8] = []
    /// The number of the entry plus 1 in each bucket; 0 if there is none. Empty until the first text is kept.
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

    /// The value of the text that has this hash and satisfies `isText`.
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

    /// Keeps the value of a new text, unless the text is too long.
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
