import Redis

/// A connection that opens when first needed, and again after an error that closed it.
final class PipelineClient {
    private let endpoint: RedisEndpoint
    private var connection: RedisConnection?

    /// The most commands in a pipeline. A blocking connection writes a pipeline before it reads, so a longer one could
    /// fill the buffers of both sides.
    static let pipelineLimit = 500

    init(_ endpoint: RedisEndpoint) {
        self.endpoint = endpoint
    }

    /// Redis' own clock, in seconds since the epoch.
    func now() throws(RedisError) -> Double {
        let answers = try run([["TIME"]])
        guard let parts = answers[0].array?.compactMap(\.integer), parts.count == 2 else {
            throw .badReply(endpoint, reason: "TIME is not two numbers")
        }
        return Double(parts[0]) + Double(parts[1]) * 1e-6
    }

    /// Runs the commands in pipelines and returns their replies. Throws the first error reply of a pipeline once all of
    /// its replies are in.
    @discardableResult
    func run(_ commands: [[String]]) throws(RedisError) -> [RedisReply] {
        var answers: [RedisReply] = []
        var rest = commands[...]
        while !rest.isEmpty {
            var pipeline = RedisPipeline()
            for words in rest.prefix(Self.pipelineLimit) { pipeline.append(words) }
            rest = rest.dropFirst(Self.pipelineLimit)
            answers += try run(pipeline)
        }
        return answers
    }

    private func run(_ pipeline: RedisPipeline) throws(RedisError) -> [RedisReply] {
        var held = if let kept = connection.take() { kept } else { try RedisConnection.open(endpoint) }
        // If this throws, the connection is dropped, and the next call opens another.
        try held.send(pipeline)
        var answers: [RedisReply] = []
        var refusal: RedisError?
        for _ in 0..<pipeline.commandCount {
            let answer = try held.reply()
            if case .error(let text) = answer, refusal == nil { refusal = .refusal(text, from: endpoint) }
            answers.append(answer)
        }
        connection = consume held
        if let refusal { throw refusal }
        return answers
    }
}
