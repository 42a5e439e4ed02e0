/// The sticky cookie of Envoy's stateful sessions: a protobuf message `{1: address, 2: expiry}`.
enum EnvoyCookie {
    /// Returns the address if the message's first field is text. The rest is ignored.
    static func address(in message: [UInt8]) -> String? {
        // This is field 1, length-delimited. An address is shorter than 128 bytes, so its length takes one byte.
        guard message.count > 2, message[0] == 0x0A, message[1] < 0x80, message.count >= 2 + Int(message[1]) else {
            return nil
        }
        return String(decoding: message[2..<2 + Int(message[1])], as: UTF8.self)
    }
}
