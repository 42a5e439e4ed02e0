extension Int {
    /// Reads the number in the first four bytes of a text.
    init?(leading text: some LineText) {
        var number = 0
        for byte in text.prefix(4) {
            guard byte.isDigit else { return nil }
            number = number * 10 + Int(byte - 0x30)
        }
        self = number
    }
}
