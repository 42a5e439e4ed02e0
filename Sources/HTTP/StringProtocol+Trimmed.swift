extension StringProtocol {
    /// The text without the characters at its ends that are chosen: white space, line ends among it, where nothing else
    /// is said.
    public func trimmed(_ isTrimmed: (Character) -> Bool = { $0.isWhitespace }) -> String {
        let start = drop(while: isTrimmed)
        guard let last = start.lastIndex(where: { !isTrimmed($0) }) else { return "" }
        return String(start[...last])
    }
}
