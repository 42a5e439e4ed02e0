/// The search for the master: sentinels are asked in turn, and the server that they name is believed only if it calls
/// itself master.
///
/// Both are needed. A partitioned sentinel names a server that has been demoted since; and a demoted server goes on
/// calling itself master for some seconds after a failover, or forever if it is partitioned together with that
/// sentinel. So the search ends early only if a majority of the sentinels agrees; otherwise all are asked, and the
/// highest configuration epoch wins.
extension RedisSentinels {
    /// The number of sentinels to ask.
    public static let sentinelLimit = 16

    /// Finds the master. The sentinel that answered moves to the front of ``sentinels``, to be asked first next time.
    /// Throws an error of the kind `io` that names each sentinel and why it led to no master.
    public mutating func master(limits: RedisConnection.Limits = .init()) throws(RedisError) -> RedisEndpoint {
        try openMaster(limits: limits).endpoint
    }

    /// Opens a connection to the master, whose role was checked over this very connection.
    public mutating func openMaster(limits: RedisConnection.Limits = .init()) throws(RedisError) -> RedisConnection {
        var search = MasterSearch(sentinelCount: min(sentinels.count, Self.sentinelLimit))
        for sentinel in Array(sentinels.prefix(Self.sentinelLimit)) {
            do throws(RedisError) {
                let answer = try ask(sentinel, limits)
                prefer(sentinel, over: search)
                search.heard(sentinel, answer)
            } catch {
                search.failed(sentinel, error.reason)
                continue
            }
            if let agreed = search.agreed, let master = checked(agreed, limits, &search) { return master }
        }
        while let next = search.next {
            if let master = checked(next, limits, &search) { return master }
        }
        guard let first = sentinels.first else { throw .invalidURL("no sentinel is given") }
        throw .connect(first, reason: search.reason)
    }

    /// Moves the first sentinel that answers to the front.
    private mutating func prefer(_ sentinel: RedisEndpoint, over search: MasterSearch) {
        guard search.candidates.isEmpty, let at = sentinels.firstIndex(of: sentinel) else { return }
        sentinels.insert(sentinels.remove(at: at), at: 0)
    }

    /// Asks one sentinel for the master's address, and for the epoch of the configuration that it comes from.
    private func ask(
        _ sentinel: RedisEndpoint, _ limits: RedisConnection.Limits
    ) throws(RedisError) -> (master: RedisEndpoint, epoch: Int64) {
        var connection = try RedisConnection.open(sentinel, limits: limits)
        var pipeline = RedisPipeline()
        pipeline.append("SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName)
        pipeline.append("SENTINEL", "MASTER", masterName)
        try connection.send(pipeline)
        let address = try connection.reply()
        // If an ACL forbids the second command, the epoch is unknown, and any known epoch precedes it.
        let details = try connection.reply().array ?? []
        switch address {
        case .error(let text): throw .refusal(text, from: sentinel)
        case .null: throw .badReply(sentinel, reason: "it knows no master named \(masterName)")
        default: break
        }
        guard let words = address.array?.compactMap(\.text), words.count == 2, let port = UInt16(words[1]) else {
            throw .badReply(sentinel, reason: "the master's address is not host and port")
        }
        let names = stride(from: 0, to: details.count - 1, by: 2)
        let at = names.first { details[$0].text == "config-epoch" }
        return (server(host: words[0], port: port), at.flatMap { details[$0 + 1].integer } ?? -1)
    }

    /// The endpoint of a server that a sentinel names.
    func server(host: String, port: UInt16) -> RedisEndpoint {
        RedisEndpoint(
            .tcp(host: host, port: port), database: database, username: username, password: password, tls: tls)
    }

    /// Returns a connection if the server calls itself master; otherwise records why not.
    private func checked(
        _ server: RedisEndpoint, _ limits: RedisConnection.Limits, _ search: inout MasterSearch
    ) -> RedisConnection? {
        do throws(RedisError) {
            var connection = try RedisConnection.open(server, limits: limits)
            let role = try RedisRole.read(over: &connection)
            if role == .master { return connection }
            search.refused(server, "its role is \(role.name)")
        } catch {
            search.refused(server, error.reason)
        }
        return nil
    }
}
