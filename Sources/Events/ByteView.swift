import Sessions

/// A view of a piece of a line, valid while the line is read. It holds no reference, since reference counting for the
/// thirty pieces of a line would take longer than reading it. So no view may be kept; text to keep is copied.
@safe struct ByteView: LineText {
    private let base: UnsafePointer<UInt8>?
    let startIndex: Int
    let endIndex: Int

    init() { unsafe (base, startIndex, endIndex) = (nil, 0, 0) }

    private init(_ base: UnsafePointer<UInt8>?, _ start: Int, _ end: Int) {
        unsafe self.base = unsafe base
        (startIndex, endIndex) = (start, end)
    }

    /// Makes a view of `bytes`. It must not be used once they are gone.
    @unsafe init(_ bytes: Span<UInt8>) {
        let buffer = unsafe bytes.withUnsafeBufferPointer { unsafe $0 }
        unsafe self.init(buffer.baseAddress, 0, buffer.count)
    }

    var count: Int { endIndex - startIndex }

    subscript(position: Int) -> UInt8 {
        precondition(position >= startIndex && position < endIndex, "beyond the piece")
        return unsafe base.unsafelyUnwrapped[position]
    }

    subscript(bounds: Range<Int>) -> ByteView {
        precondition(bounds.lowerBound >= startIndex && bounds.upperBound <= endIndex, "beyond the piece")
        return unsafe ByteView(base, bounds.lowerBound, bounds.upperBound)
    }

    func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result? {
        try unsafe body(UnsafeBufferPointer(start: base.map { unsafe $0 + startIndex }, count: count))
    }

    func sessionID(maxLength: Int) throws(SessionID.Illegal) -> SessionID {
        let bytes = unsafe UnsafeBufferPointer(start: base.map { unsafe $0 + startIndex }, count: count)
        return unsafe try SessionID(bytes.span, maxLength: maxLength)
    }

    static func == (a: ByteView, b: ByteView) -> Bool { a.elementsEqual(b) }

    /// The view itself, since a field with a backslash is never read in place.
    var unquoted: ByteView { self }
    /// The view without a byte order mark. A line with terminal escapes is never read in place.
    var cleaned: ByteView { starts(with: [0xEF, 0xBB, 0xBF]) ? dropFirst(3) : self }
}

extension ByteView {
    /// The position of the first quote, backslash, `#` or control character from `position` on; the end if there is
    /// none.
    @inline(__always)
    func nextSpecial(from position: Int) -> Int {
        precondition(position >= startIndex && position <= endIndex, "beyond the piece")
        guard let base = unsafe base else { return endIndex }
        var at = position
        while at + 16 <= endIndex {
            let bytes = unsafe UnsafeRawPointer(base + at).loadUnaligned(as: SIMD16<UInt8>.self)
            var special = bytes .== Self.all("\"")
            special .|= bytes .== Self.all("\\")
            special .|= bytes .== Self.all("#")
            // Control characters have none of the three highest bits set.
            special .|= bytes & SIMD16<UInt8>(repeating: 0xE0) .== SIMD16<UInt8>(repeating: 0)
            let words = unsafe unsafeBitCast(special, to: SIMD2<UInt64>.self)
            if words[0] != 0 { return at + words[0].trailingZeroBitCount / 8 }
            if words[1] != 0 { return at + 8 + words[1].trailingZeroBitCount / 8 }
            at += 16
        }
        while at < endIndex {
            let byte = unsafe base[at]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "#") {
                return at
            }
            at += 1
        }
        return at
    }

    @inline(__always)
    private static func all(_ scalar: Unicode.Scalar) -> SIMD16<UInt8> { SIMD16(repeating: UInt8(ascii: scalar)) }

    /// True if the `length` bytes of `text` from `first` on are at `position`. They are few, so a call of `memcmp`
    /// would take longer than the comparison.
    @inline(__always)
    func holds(_ text: UnsafeRawBufferPointer, _ first: Int, _ length: Int, at position: Int) -> Bool {
        guard position >= startIndex, position + length <= endIndex, length > 0 else { return length == 0 }
        let a = unsafe UnsafeRawPointer(base.unsafelyUnwrapped + position)
        let b = unsafe text.baseAddress.unsafelyUnwrapped + first
        @inline(__always) func isSame<Word: FixedWidthInteger>(_ place: Int, _ type: Word.Type) -> Bool {
            unsafe a.loadUnaligned(fromByteOffset: place, as: type) == b.loadUnaligned(fromByteOffset: place, as: type)
        }
        var place = 0
        if length < 8 {
            while place < length, isSame(place, UInt8.self) { place &+= 1 }
            return place == length
        }
        while place &+ 8 <= length {
            if !isSame(place, UInt64.self) { return false }
            place &+= 8
        }
        return isSame(length &- 8, UInt64.self)
    }

    /// The first and the last eight bytes as numbers, the last one mixed with the length. If there are fewer than eight
    /// bytes: all of them, and the length.
    @inline(__always)
    var ends: (first: UInt64, last: UInt64) {
        let length = UInt64(truncatingIfNeeded: count)
        guard count >= 8, let base = unsafe base else {
            var word: UInt64 = 0
            for place in startIndex..<endIndex { word = word << 8 | UInt64(self[place]) }
            return (word, length)
        }
        let bytes = unsafe UnsafeRawPointer(base)
        return unsafe (
            bytes.loadUnaligned(fromByteOffset: startIndex, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: endIndex - 8, as: UInt64.self) ^ length << 48
        )
    }
}
