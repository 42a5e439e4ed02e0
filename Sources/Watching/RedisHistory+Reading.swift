import Redis
import Sessions

extension RedisHistory {
    /// Which life of which servers is read from now. Nil where they may not be asked, or do not tell: then no silence can be
    /// counted.
    static func read(over redis: inout RedisClient) throws(RedisError) -> RedisHistory? {
        var servers: [String: Server] = [:]
        for (asked, replies) in try redis.askServers(questions) {
            guard let server = server(replies) else { return nil }
            servers[asked.nodeID ?? "server"] = server
        }
        return RedisHistory(servers)
    }

    /// Servers before 7 take one section at a time.
    private static let questions = [["INFO", "server"], ["INFO", "replication"]]

    private static func server(_ replies: [RedisReply]) -> Server? {
        let text = replies.compactMap(\.text).joined(separator: "\n")
        var words: [Substring: Substring] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { words[parts[0]] = parts[1] }
        }
        guard let runID = words["run_id"], let offset = words["master_repl_offset"].flatMap({ Int64($0) }) else {
            return nil
        }
        return Server(runID: String(runID), offset: offset)
    }
}
