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

    /// Appends `EVALSHA` or `EVAL`, by what the script is called.
    func append(to pipeline: inout RedisPipeline, _ command: String, _ script: String) {
        pipeline.begin(wordCount: 3 + keys.count + arguments.count)
        pipeline.word(command)
        pipeline.word(script)
        pipeline.word(String(keys.count))
        for key in keys { pipeline.word(key) }
        for argument in arguments { pipeline.word(argument[...]) }
    }

    /// The same for a cluster, whose commands are of text: bytes that are none become others.
    func command(_ command: String, _ script: String) -> RedisCommand {
        let words = arguments.map { String(decoding: $0, as: UTF8.self) }
        return RedisCommand([command, script, String(keys.count)] + keys + words, keyIndex: 3)
    }
}
