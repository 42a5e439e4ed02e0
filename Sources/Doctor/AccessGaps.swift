/// The rights that the ACL denies the daemon, collected from the server's refusals.
struct AccessGaps: Equatable {
    private(set) var commands: [String] = []
    private(set) var keys: [AccessNeed.KeyRight] = []
    private(set) var channels: [String] = []
    private(set) var purposes: Set<AccessNeed.Purpose> = []

    var isEmpty: Bool { purposes.isEmpty }

    /// Takes a server's answer; anything but a refusal by the ACL shows that the ACL allows it. Returns true if it
    /// does.
    @discardableResult
    mutating func note(_ error: String?, of need: AccessNeed, channel: String? = nil) -> Bool {
        guard let error, error.hasPrefix("NOPERM") else { return true }
        if need.isOfKeysAlone, error.contains("run the") { return true }
        purposes.insert(need.purpose)
        // "... to access a channel", "... one of the channels used as arguments"
        if error.contains("channel"), let channel, !error.contains("run the") {
            if !channels.contains(channel) { channels.append(channel) }
        } else if error.contains(" key"), !error.contains("run the"), let right = need.keys {
            // The right to write includes the right to read.
            let wider = AccessNeed.KeyRight(pattern: right.pattern, isReadOnly: false)
            if !keys.contains(right), !keys.contains(wider) {
                keys.removeAll { $0.pattern == right.pattern }
                keys.append(right)
            }
        } else if !commands.contains(need.command) {
            commands.append(need.command)
        }
        return false
    }

    /// The command that grants what is missing.
    func line(user: String, majorVersion: Int?) -> String {
        let words =
            keys.map { $0.text(majorVersion: majorVersion) } + channels.map { "&" + $0 } + commands.map { "+" + $0 }
        return (["ACL SETUSER", user] + words).joined(separator: " ")
    }

    /// `lacks +hset +hdel, may not use mcp:sessiond:*: needed for ...`
    var found: String {
        var words: [String] = []
        if !commands.isEmpty { words.append("lacks " + commands.map { "+" + $0 }.joined(separator: " ")) }
        if !keys.isEmpty { words.append("may not use " + keys.map(\.pattern).joined(separator: " ")) }
        if !channels.isEmpty { words.append("may not subscribe to " + channels.joined(separator: " ")) }
        let needed = AccessNeed.Purpose.allCases.filter(purposes.contains).map(\.rawValue)
        return words.joined(separator: ", ") + ": needed for " + needed.joined(separator: ", ")
    }
}
