import Redis
import Watching

/// One call of a script: its keys, and arguments of any bytes.
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

    /// A mark and bytes, in one argument.
    mutating func add(mark: UInt8? = nil, bytes: [UInt8]) {
        arguments.append(mark.map { [$0] + bytes } ?? bytes)
    }

    /// `EVALSHA` or `EVAL`, by what the script is called.
    func command(_ command: String, _ script: String) -> RedisCommand {
        RedisCommand([command, script, String(keys.count)] + keys, arguments: arguments)
    }
}
