extension StringProtocol {
    /// Compares two names, of a header or a scheme, without regard to the case of ASCII letters.
    func isSameName(as other: some StringProtocol) -> Bool {
        func lowercased(_ byte: UInt8) -> UInt8 {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
        }
        guard utf8.count == other.utf8.count else { return false }
        return zip(utf8, other.utf8).allSatisfy { lowercased($0) == lowercased($1) }
    }
}
