import Digests
import Lab
import Redis
import TestSupport
import Testing

@Suite(.ownThreads, .timeLimit(.minutes(15))) struct KeySlotTests {
    /// The check value of CRC16/XMODEM is 0x31C3; the others are the specification's examples of hash tags.
    @Test(arguments: [
        ("123456789", 0x31C3), ("", 0), ("foo", 12_182), ("{user1000}.following", 3_443),
        ("{user1000}.followers", 3_443), ("user1000", 3_443), ("foo{bar}{zap}", 5_061), ("bar", 5_061),
    ])
    func keysHaveKnownSlots(_ key: String, _ slot: Int) {
        #expect(KeySlot.of(key) == slot)
    }

    @Test func theTagStandsBetweenTheFirstBraces() {
        #expect(KeySlot.of("foo{{bar}}zap") == KeySlot.of("{bar"))
        #expect(KeySlot.of("}{bar}") == KeySlot.of("bar"))
        // No tag: the whole key counts, whatever follows an empty one.
        #expect(KeySlot.of("foo{}{bar}") != KeySlot.of("bar"))
        #expect(KeySlot.of("{bar") != KeySlot.of("bar"))
    }
}

@Suite(.ownThreads, .timeLimit(.minutes(15))) struct KeySlotDeploymentTests {
    @Test func aServerFindsTheSameSlots() throws {
        let cluster = try PrivateCluster(masters: 1)
        defer { cluster.stop() }
        var connection = try cluster.nodes[0].connect()
        var generator = SplitMix64(seed: 7)
        // Few different bytes, so that braces come in every order; some that are no ASCII.
        let alphabet = Array("{}ab:\u{0}\r\n\u{FC}".utf8)
        let keys = (0..<1_000).map { _ in
            (0..<Int.random(in: 0...12, using: &generator)).map { _ in alphabet.randomElement(using: &generator)! }
        }
        for half in [keys[..<500], keys[500...]] {
            var pipeline = RedisPipeline()
            for key in half {
                pipeline.begin(wordCount: 3)
                pipeline.word("CLUSTER")
                pipeline.word("KEYSLOT")
                pipeline.word(key[...])
            }
            try connection.send(pipeline)
            for key in half {
                #expect(try connection.reply() == .integer(Int64(KeySlot.of(key.span))), "\(key)")
            }
        }
    }
}
