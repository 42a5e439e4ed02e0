import Foundation
import Lab
import Redis
import Synchronization

/// Threads that write one pipeline after another until they are told to stop.
final class SteadyWriters: Sendable {
    private final class State: Sendable {
        let isStopping = Atomic(false)
        let running: Atomic<Int>

        init(_ count: Int) { running = Atomic(count) }
    }

    private let state: State

    /// `commands` is asked for what to write in each round, which it is told by number.
    init(_ redis: PrivateRedis, count: Int, _ commands: @escaping @Sendable (Int) -> [[String]]) {
        let state = State(count)
        self.state = state
        for _ in 0..<count {
            Thread.detachNewThread {
                defer { state.running.subtract(1, ordering: .relaxed) }
                guard var connection = try? redis.connect() else { return }
                var round = 0
                while !state.isStopping.load(ordering: .relaxed) {
                    var pipeline = RedisPipeline()
                    for words in commands(round) { pipeline.append(words) }
                    round += 1
                    guard (try? connection.send(pipeline)) != nil else { return }
                    for _ in 0..<pipeline.commandCount { _ = try? connection.reply() }
                }
            }
        }
    }

    /// Waits for the last answers; it is safe to call twice.
    func stop() {
        state.isStopping.store(true, ordering: .relaxed)
        try? waitUntil(deadline: 60, "the writers to end") { state.running.load(ordering: .relaxed) == 0 }
    }
}
