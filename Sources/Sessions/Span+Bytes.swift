extension Span where Element == UInt8 {
    func begins(with prefix: [UInt8]) -> Bool {
        guard count >= prefix.count else { return false }
        for index in prefix.indices where self[index] != prefix[index] { return false }
        return true
    }

    func ends(with suffix: [UInt8]) -> Bool {
        guard count >= suffix.count else { return false }
        for index in suffix.indices where self[count - suffix.count + index] != suffix[index] { return false }
        return true
    }

    func equals(_ bytes: [UInt8]) -> Bool {
        count == bytes.count && begins(with: bytes)
    }

    func copied() -> [UInt8] {
        unsafe withUnsafeBufferPointer { unsafe Array($0) }
    }
}
