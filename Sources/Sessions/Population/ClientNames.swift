/// The names of the sessions' clients, by number.
struct ClientNames: Sendable {
    /// The largest number of names that are told apart; the others share "other".
    static let limit = 4096

    private(set) var all = ["", "other"]
    private var numbers: [[UInt8]: UInt16] = [:]

    subscript(_ number: UInt16) -> String { all[Int(number)] }

    /// Returns the number of a name, and gives it one if there is room.
    mutating func number(of name: [UInt8]) -> UInt16 {
        if name.isEmpty { return 0 }
        if let number = numbers[name] { return number }
        guard all.count < Self.limit else { return 1 }
        let number = UInt16(all.count)
        all.append(String(decoding: name, as: UTF8.self))
        numbers[name] = number
        return number
    }

    /// Returns the clients that a text means: the full name, or the part before a space or slash.
    func fitting(_ text: String) -> Set<UInt16> {
        Set(all.indices.filter { Self.fits(all[$0], text) }.map { UInt16($0) })
    }

    /// Whether a text means a client.
    static func fits(_ client: String, _ text: String) -> Bool {
        client == text || client.hasPrefix(text + " ") || client.hasPrefix(text + "/")
    }
}
