import Exposition
import Sessions

// Reports of runs as they are kept in Redis. The API's form is `RunRow`.

extension CleanupReport {
    /// The report as it is kept in Redis, with times in milliseconds.
    var record: JSONValue {
        var members = summary
        members.insert((key: "v", value: 1), at: 0)
        members.append((key: "began", value: .milliseconds(began)))
        members.append((key: "ended", value: .milliseconds(ended)))
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

    public init?(_ record: JSONValue) {
        guard let run = record["run"]?.string, let by = record["by"]?.string, let isDry = record["dry_run"]?.bool,
            let action = record["action"]?.string.flatMap(CleanupPolicy.Action.init(word:)),
            let epoch = record["epoch"]?.int, let began = record["began"]?.milliseconds,
            let ended = record.member("ended", \.milliseconds),
            let result = record.member("result", { $0.string.flatMap(CleanupResult.init) }),
            let why = record.member("why", \.string), let orphans = record["orphans"]?.int,
            let cleaned: [OrphanReason: Int] = Self.counts(record["cleaned"]),
            let skipped: [CleanupSkip: Int] = Self.counts(record["skipped"]), let brakes = record["brakes"]?.array
        else { return nil }
        self.init(
            request: CleanupRequest(by: by, run: run, isDryRun: isDry), action: action, epoch: epoch, began: began)
        (self.ended, self.result, self.why, self.orphans) = (ended, result, why, orphans)
        (self.cleaned, self.skipped) = (cleaned, skipped)
        for brake in brakes {
            guard let brake = AppliedBrake(brake) else { return nil }
            self.brakes.append(brake)
        }
    }

    private static func counts<Word: RawRepresentable<String> & Hashable>(_ json: JSONValue?) -> [Word: Int]? {
        guard let members = json?.object else { return nil }
        var counts: [Word: Int] = [:]
        for member in members {
            guard let word = Word(rawValue: member.key), let count = member.value.int else { return nil }
            counts[word] = count
        }
        return counts
    }
}

extension CleanupPolicy.Action {
    /// The time to live that was left to expired keys is not kept.
    fileprivate init?(word: String) {
        switch word {
        case Self.delete.word: self = .delete
        case Self.expire(seconds: 0).word: self = .expire(seconds: 0)
        default: return nil
        }
    }
}

extension AppliedBrake {
    /// `measured` and `limit` are null for a brake without bounds.
    public var json: JSONValue {
        [
            "brake": .string(brake.rawValue), "measured": .double(orNull: measured), "limit": .double(orNull: limit),
            "detail": .string(detail),
        ]
    }

    public init?(_ json: JSONValue) {
        guard let brake = json["brake"]?.string.flatMap(CleanupBrake.init), let detail = json["detail"]?.string,
            let measured = json.member("measured", \.double), let limit = json.member("limit", \.double)
        else { return nil }
        self.init(brake, measured: measured, limit: limit, detail: detail)
    }
}
