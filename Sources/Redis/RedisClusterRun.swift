/// One ``RedisCluster/run(_:)`` without its connections: which questions wait, where each is to be asked, and what
/// follows from an answer.
struct RedisClusterRun {
    /// A command on its way to its answer.
    struct Question: Sendable, Equatable {
        /// Its number in the order asked.
        let number: Int
        /// The key's slot; nil for a command that any master may answer.
        let slot: Int?
        /// Where a redirection sent it; nil for the slot's master.
        var redirected: RedisEndpoint?
        /// Whether ASKING goes before it.
        var isAsking = false
        var redirects = 0
    }

    /// What is asked of one node in one write.
    struct Batch {
        let endpoint: RedisEndpoint
        var questions: [Question]
    }

    /// How many times one command is redirected.
    static let redirectLimit = 5
    /// Blocking connections write a whole pipeline before they read: longer ones could fill both sides' buffers.
    static let pipelineLimit = 500

    private let commands: [RedisCommand]
    private var replies: [RedisReply?]
    private(set) var waiting: [Question]
    /// Whether a MOVED named a node that is no known shard's.
    var isOutOfDate = false
    /// The TRYAGAIN or CLUSTERDOWN that the last round met: ask again after a pause.
    private(set) var refusal: RedisError?
    /// What ends the run.
    private(set) var failure: RedisError?

    init(_ commands: [RedisCommand]) {
        self.commands = commands
        replies = Array(repeating: nil, count: commands.count)
        waiting = commands.enumerated().map { Question(number: $0, slot: $1.slot) }
    }

    var isDone: Bool { waiting.isEmpty }
    /// In the order asked, once the run is done.
    var answers: [RedisReply] { replies.map { $0 ?? .null } }

    /// A slot that is asked for and served by no shard.
    func unservedSlot(in slots: ClusterSlots) -> Int? {
        waiting.first { $0.redirected == nil && $0.slot.map { slots.shard(ofSlot: $0) == nil } ?? false }?.slot
    }

    /// Begins a round: what waits, by node, in order; what is more than a pipeline holds waits on. Commands without a
    /// key go to shard number `turn`, counted round. There must be a shard, and one for each slot asked for
    /// (``unservedSlot(in:)``).
    mutating func takeBatches(by slots: ClusterSlots, turn: Int) -> [Batch] {
        isOutOfDate = false
        refusal = nil
        var batches: [Batch] = []
        // Most questions find their batch by their shard's number, without comparing endpoints.
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

    /// The questions' node was lost before it answered them. They go to the slot's master next, whoever that is then.
    mutating func putBack(_ questions: ArraySlice<Question>) {
        for var question in questions {
            question.redirected = nil
            question.isAsking = false
            waiting.append(question)
        }
    }
}

extension RedisClusterRun {
    /// Takes an answer of the node at `asked`; gives the redirection if it is one.
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
        // Without an address the question goes by the table, once that has been learnt anew.
        question.redirected = redirect.endpoint(asked: asked)
        question.isAsking = redirect.kind == .ask && question.redirected != nil
        waiting.append(question)
    }
}
