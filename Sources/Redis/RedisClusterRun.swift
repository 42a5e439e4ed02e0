/// The state of one ``RedisCluster/run(_:)``, without connections: the commands that wait, the node to ask for each,
/// and the effect of each answer.
struct RedisClusterRun {
    /// A command on its way to its answer.
    struct Question: Sendable, Equatable {
        /// Its index in the order asked.
        let number: Int
        /// The key's slot; nil for a command that any master may answer.
        let slot: Int?
        /// The node that a redirection named; nil for the slot's master.
        var redirected: RedisEndpoint?
        /// True if ASKING goes before it.
        var isAsking = false
        var redirects = 0
    }

    /// The commands that one node is sent in one write.
    struct Batch {
        let endpoint: RedisEndpoint
        var questions: [Question]
    }

    /// The number of redirections that one command may follow.
    static let redirectLimit = 5
    /// Blocking connections write a whole pipeline before they read, so a longer one could fill both sides' buffers.
    static let pipelineLimit = 500

    private let commands: [RedisCommand]
    private var replies: [RedisReply?]
    private(set) var waiting: [Question]
    /// True once a MOVED named a node that is not a known shard's.
    var isOutOfDate = false
    /// A TRYAGAIN or CLUSTERDOWN from the last round: ask again after a pause.
    private(set) var refusal: RedisError?
    /// The error that ends the run.
    private(set) var failure: RedisError?

    init(_ commands: [RedisCommand]) {
        self.commands = commands
        replies = Array(repeating: nil, count: commands.count)
        waiting = commands.enumerated().map { Question(number: $0, slot: $1.slot) }
    }

    var isDone: Bool { waiting.isEmpty }
    /// In the order asked, once the run is done.
    var answers: [RedisReply] { replies.map { $0 ?? .null } }

    /// A requested slot that no shard serves.
    func unservedSlot(in slots: ClusterSlots) -> Int? {
        waiting.first { $0.redirected == nil && $0.slot.map { slots.shard(ofSlot: $0) == nil } ?? false }?.slot
    }

    /// Begins a round: takes the waiting commands, by node and in order; those beyond the pipeline limit go on waiting.
    /// Commands without a key go to shard number `turn`, modulo the number of shards. There must be a shard, and one
    /// for each requested slot (``unservedSlot(in:)``).
    mutating func takeBatches(by slots: ClusterSlots, turn: Int) -> [Batch] {
        isOutOfDate = false
        refusal = nil
        var batches: [Batch] = []
        // A shard's number finds the batch for most commands, without comparing endpoints.
        var batchOfShard: [Int?] = Array(repeating: nil, count: slots.shards.count)
        func batch(for endpoint: RedisEndpoint) -> Int {
            if let at = batches.firstIndex(where: { $0.endpoint == endpoint }) { return at }
            batches.append(Batch(endpoint: endpoint, questions: []))
            return batches.count - 1
        }
        var rest: [Question] = []
        for question in waiting {
            let at: Int
            if let redirected = question.redirected {
                at = batch(for: redirected)
            } else {
                let number = question.slot.flatMap { slots.shard(ofSlot: $0) } ?? turn % slots.shards.count
                at = batchOfShard[number] ?? batch(for: slots.shards[number].endpoint)
                batchOfShard[number] = at
            }
            if batches[at].questions.count < Self.pipelineLimit {
                batches[at].questions.append(question)
            } else {
                rest.append(question)
            }
        }
        waiting = rest
        return batches
    }

    func pipeline(_ batch: Batch) -> RedisPipeline {
        var pipeline = RedisPipeline()
        for question in batch.questions {
            if question.isAsking { pipeline.append("ASKING") }
            pipeline.append(commands[question.number])
        }
        return pipeline
    }

    /// Makes commands wait again whose node was lost before it answered. They go to the slot's master next, whichever
    /// that is then.
    mutating func putBack(_ questions: ArraySlice<Question>) {
        for var question in questions {
            question.redirected = nil
            question.isAsking = false
            waiting.append(question)
        }
    }
}

extension RedisClusterRun {
    /// Processes an answer of the node at `asked`; returns the redirection if it is one.
    mutating func take(_ reply: RedisReply, to question: Question, from asked: RedisEndpoint) -> Redirect? {
        guard case .error(let text) = reply else {
            replies[question.number] = reply
            return nil
        }
        if let redirect = Redirect(parsing: text) {
            follow(redirect, question, text, asked)
            return redirect
        }
        guard let code = text.split(separator: " ").first, code == "TRYAGAIN" || code == "CLUSTERDOWN" else {
            replies[question.number] = reply
            return nil
        }
        refusal = .refusal(text, from: asked)
        waiting.append(question)
        return nil
    }

    private mutating func follow(
        _ redirect: Redirect, _ question: Question, _ text: String, _ asked: RedisEndpoint
    ) {
        var question = question
        question.redirects += 1
        guard question.redirects <= Self.redirectLimit else {
            failure = .refused(
                asked, code: redirect.kind.rawValue,
                message: "slot \(redirect.slot), after \(Self.redirectLimit) redirections")
            return
        }
        // Without an address, the command follows the table once that is refreshed.
        question.redirected = redirect.endpoint(asked: asked)
        question.isAsking = redirect.kind == .ask && question.redirected != nil
        waiting.append(question)
    }
}
