import Glibc

/// Searches for line feeds in a chunk.
enum LineFeeds {
    private static let mark: UInt8 = 0x0A

    /// The number of line feeds.
    static func count(in text: Span<UInt8>) -> Int {
        typealias Lanes = SIMD64<UInt8>
        let marks = Lanes(repeating: mark)
        return unsafe text.withUnsafeBytes { bytes in
            var (count, at) = (0, 0)
            while at + 64 <= bytes.count {
                // A lane can count to 255.
                let end = min(at + 255 * 64, bytes.count - 63)
                var lanes = Lanes()
                while at < end {
                    let found = unsafe bytes.loadUnaligned(fromByteOffset: at, as: Lanes.self) .== marks
                    // The lane of a line feed is -1.
                    lanes &-= unsafe unsafeBitCast(found, to: Lanes.self)
                    at += 64
                }
                for lane in 0..<64 { count += Int(lanes[lane]) }
            }
            while at < bytes.count {
                if unsafe bytes[at] == mark { count += 1 }
                at += 1
            }
            return count
        }
    }

    /// The first line feed from `start` on; nil if there is none.
    static func first(in text: Span<UInt8>, from start: Int) -> Int? {
        unsafe text.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, start < bytes.count,
                let found = unsafe memchr(base + start, Int32(mark), bytes.count - start)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - base
        }
    }

    /// The last line feed from `start` to before `end`; nil if there is none.
    static func last(in text: Span<UInt8>, from start: Int, before end: Int) -> Int? {
        typealias Lanes = SIMD16<UInt8>
        let marks = Lanes(repeating: mark)
        return unsafe text.withUnsafeBytes { bytes in
            var at = end
            while at - 16 >= start {
                let found = unsafe bytes.loadUnaligned(fromByteOffset: at - 16, as: Lanes.self) .== marks
                let words = unsafe unsafeBitCast(found, to: SIMD2<UInt64>.self)
                if words[1] != 0 { return at - 1 - words[1].leadingZeroBitCount / 8 }
                if words[0] != 0 { return at - 9 - words[0].leadingZeroBitCount / 8 }
                at -= 16
            }
            while at > start {
                at -= 1
                if unsafe bytes[at] == mark { return at }
            }
            return nil
        }
    }
}
