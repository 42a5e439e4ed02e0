import Redis
import Sessions

// Keys that are read as hashes, since they hold no string.

extension SessionReader {
    /// Takes the answers for one hash. A scanned key that is gone by now is ignored, and a changed one counts as gone. A key
    /// that is no hash either is skipped.
    ///
    /// A key whose type changed since its value was read is not judged by this answer, which is older than the change: a
    /// changed key has been read again or will be, and a scanned one is read again.
    mutating func receiveHash(_ hash: HashKey, _ found: inout Found) throws(RedisError) {
        let fields = try connection.reply()
        let type = try connection.reply()
        for case .error(let text) in [type, fields] where !text.hasPrefix("WRONGTYPE") {
            guard ErrorReply.isRedirect(Array(text.utf8).span) else { throw .refusal(text, from: connection.endpoint) }
            found.strays.append((hash.key, hash.isChange))
            return
        }
        var content: ObservedSession.Content
        switch (fields, type.text) {
        case (_, "none"): content = .gone
        case (.array(let values), "hash"):
            do throws(Malformation) {
                content = .value(try readers[hash.dialect].read(hash: values.map(\.bytes), &names))
            } catch {
                content = .malformed(error)
            }
        case (.error, let type?) where type != "hash" && type != "string":
            found.skipped.append((hash.key, .type))
            // A session ends when its key no longer holds a session.
            content = .gone
        case (.array, _?), (.error, _?):
            guard !hash.isChange else { return }
            found.again.append(hash.key.span, idStart: hash.idStart, dialect: hash.dialect)
            return
        default: throw .badReply(connection.endpoint, reason: "HMGET gave no array, or TYPE no name")
        }
        if case .value(let held) = content, held.owner == 0, let owner = hash.owner { content = owner }
        guard hash.isChange || content != .gone else { return }
        let text = hash.key.span.extracting(hash.idStart..<hash.key.count)
        guard let session = observed(text, hash.dialect, content, hash.expiresAt) else {
            found.skipped.append((hash.key, .idCharset))
            return
        }
        if hash.isChange { found.changed.append(session) } else { found.scanned.append(session) }
    }
}
