import Exposition
import Sessions

// What replicas share, as JSON. Times are milliseconds since the epoch, by Redis' clock. Each record names its version;
// one of another version is not guessed at.

extension JSONValue {
    /// A record of the version that we write, out of the bytes of `key`.
    static func record(_ bytes: [UInt8], of key: String) throws(CleanupFault) -> JSONValue {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw .badRecord(key: key, why: "it holds no JSON")
        }
        guard value["v"]?.int == 1 else {
            guard value["v"] != nil else { throw .badRecord(key: key, why: "it holds a record without a version") }
            throw .unknownVersion(key: key)
        }
        return value
    }

    static func milliseconds(_ time: UnixTime?) -> JSONValue { time.map { .int($0.milliseconds) } ?? .null }

    var milliseconds: UnixTime? { int.map { UnixTime(milliseconds: Int64($0)) } }
}

extension GoneOwnerName {
    /// `{"node":"node-1","boot":"b7"}`, with `before` where boots cannot be compared.
    var json: JSONValue {
        [
            "node": .string(node), "boot": .string(orNull: boot),
            "before": createdBefore.map { .int(Int($0)) } ?? .null,
        ]
    }

    init?(_ json: JSONValue) {
        guard let node = json["node"]?.string else { return nil }
        self.init(
            node: node, boot: json["boot"]?.string, createdBefore: json["before"]?.int.map { UInt32(clamping: $0) })
    }
}

extension GoneOwner {
    var json: JSONValue {
        [
            "v": 1, "reason": .string(reason.rawValue), "since": .milliseconds(since), "seen_at": .milliseconds(seenAt),
            "gone_seconds": .double(goneSeconds),
        ]
    }

    init?(_ json: JSONValue) {
        guard let reason = json["reason"]?.string.flatMap(OrphanReason.init), let since = json["since"]?.milliseconds,
            let seenAt = json["seen_at"]?.milliseconds, let seconds = json["gone_seconds"]?.double, seconds >= 0
        else { return nil }
        self.init(reason: reason, since: since, seenAt: seenAt, goneSeconds: seconds)
    }
}

extension CleanupStop {
    var json: JSONValue {
        [
            "v": 1, "by": .string(by), "why": .string(why), "at": .milliseconds(at), "until": .milliseconds(until),
        ]
    }

    init?(_ json: JSONValue) {
        guard let by = json["by"]?.string, let why = json["why"]?.string, let at = json["at"]?.milliseconds else {
            return nil
        }
        self.init(by: by, why: why, at: at, until: json["until"]?.milliseconds)
    }
}

extension RecalledNode {
    var json: JSONValue {
        [
            "v": 1, "boot": .string(orNull: boot), "started_at": .milliseconds(startedAt),
            "seen_at": .milliseconds(seenAt), "last_beat": .milliseconds(lastBeat),
            "silent_seconds": .double(silentSeconds),
        ]
    }

    init?(name: String, _ json: JSONValue) {
        guard let lastBeat = json["last_beat"]?.milliseconds, let silent = json["silent_seconds"]?.double else {
            return nil
        }
        self.init(
            name: name, boot: json["boot"]?.string, startedAt: json["started_at"]?.milliseconds,
            seenAt: json["seen_at"]?.milliseconds, lastBeat: lastBeat, silentSeconds: silent)
    }
}

// MARK: - Runs

extension CleanupReport {
    /// As it is kept in Redis; times in milliseconds.
    var record: JSONValue {
        var members = summary
        members.insert((key: "v", value: 1), at: 0)
        members.append((key: "began", value: .milliseconds(began)))
        members.append((key: "ended", value: .milliseconds(ended)))
        return .object(members)
    }

    /// As the API tells it; times as RFC 3339.
    var json: JSONValue {
        var members = summary
        members.append((key: "began", value: .time(began.seconds)))
        members.append((key: "ended", value: .time(ended?.seconds)))
        return .object(members)
    }

    private var summary: [(key: String, value: JSONValue)] {
        func counts<Word: RawRepresentable<String> & CaseIterable>(_ counts: [Word: Int]) -> JSONValue {
            .object(
                Word.allCases.compactMap { word in counts[word].map { (key: word.rawValue, value: .int($0)) } })
        }
        return [
            (key: "run", value: .string(request.run)), (key: "by", value: .string(request.by)),
            (key: "dry_run", value: .bool(request.isDryRun)), (key: "action", value: .string(action.word)),
            (key: "epoch", value: .int(epoch)), (key: "result", value: .string(orNull: result?.rawValue)),
            (key: "why", value: .string(orNull: why)), (key: "orphans", value: .int(orphans)),
            (key: "cleaned", value: counts(cleaned)), (key: "skipped", value: counts(skipped)),
            (key: "brakes", value: .array(brakes.map(\.json))),
        ]
    }

    init?(_ record: JSONValue) {
        func counts<Word: RawRepresentable<String> & Hashable>(_ name: String) -> [Word: Int] {
            (record[name]?.object ?? []).reduce(into: [:]) { counts, member in
                if let word = Word(rawValue: member.key), let count = member.value.int { counts[word] = count }
            }
        }
        guard let run = record["run"]?.string, let by = record["by"]?.string, let isDry = record["dry_run"]?.bool,
            let epoch = record["epoch"]?.int, let began = record["began"]?.milliseconds
        else { return nil }
        self.init(
            request: CleanupRequest(by: by, run: run, isDryRun: isDry),
            // How little was left to live is not kept.
            action: record["action"]?.string == "expire" ? .expire(seconds: 0) : .delete, epoch: epoch, began: began)
        ended = record["ended"]?.milliseconds
        result = record["result"]?.string.flatMap(CleanupResult.init)
        why = record["why"]?.string
        orphans = record["orphans"]?.int ?? 0
        cleaned = counts("cleaned")
        skipped = counts("skipped")
        brakes = (record["brakes"]?.array ?? []).compactMap(AppliedBrake.init)
    }
}

extension AppliedBrake {
    var json: JSONValue {
        [
            "brake": .string(brake.rawValue), "measured": .double(orNull: measured), "limit": .double(orNull: limit),
            "detail": .string(detail),
        ]
    }

    init?(_ json: JSONValue) {
        guard let brake = json["brake"]?.string.flatMap(CleanupBrake.init) else { return nil }
        self.init(
            brake, measured: json["measured"]?.double, limit: json["limit"]?.double,
            detail: json["detail"]?.string ?? "")
    }
}
