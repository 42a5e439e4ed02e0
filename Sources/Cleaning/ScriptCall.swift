import Redis
import Watching

/// A call of a script: its keys, and arguments of arbitrary bytes.
public struct ScriptCall: Sendable {
    var keys: [String]
    private(set) var arguments: [[UInt8]] = []

    init(keys: [String]) {
        self.keys = keys
    }

    mutating func add(_ words: String...) {
        for word in words { arguments.append(Array(word.utf8)) }
    }

    mutating func add(_ words: [String]) {
        for word in words { arguments.append(Array(word.utf8)) }
    }

    /// Adds one argument: an optional mark, then the bytes.
    mutating func add(mark: UInt8? = nil, bytes: [UInt8]) {
        arguments.append(mark.map { [$0] + bytes } ?? bytes)
    }

    /// The command `EVALSHA` or `EVAL`, with the digest or the text of the script.
    func command(_ command: String, _ script: String) -> RedisCommand {
        RedisCommand([command, script, String(keys.count)] + keys, arguments: arguments)
    }
}
