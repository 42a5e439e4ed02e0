import Exposition
import Sessions

extension JSONValue {
    /// An explanation: the verdict first, then the words, then the session's row, then what the verdict rests on.
    public static func explanation(_ explained: Explanation, in keySpace: KeySpace, at now: UnixTime) -> JSONValue {
        let verdict: JSONValue = [
            "ref": .string(explained.ref.description), "verdict": .string(explained.verdict.rawValue),
            "confidence": .string(explained.confidence.rawValue), "why": .string(explained.advice.why),
            "what_to_do": .array(explained.advice.whatToDo.map { .string($0) }),
            "tell_client": .string(explained.advice.tellClient), "runbook": .string(orNull: explained.advice.runbook),
        ]
        let row = explained.session.map { JSONValue.row($0, in: keySpace) } ?? .noRow
        return verdict.adding((row.object ?? []).filter { $0.key != "ref" }).adding([
            ("ended", explained.ended.map { ended($0) } ?? .null),
            ("owner", explained.owner.map { owner($0) } ?? .null), ("live", live(explained.live)),
            ("cause", .string(orNull: explained.cause?.rawValue)),
            ("evidence", .array(explained.evidence.map { evidence($0, at: now) })),
            ("blast_radius", explained.blastRadius.map { blastRadius($0) } ?? .null),
            ("refused", explained.refused.map { refused($0) } ?? .null),
        ])
    }

    /// The members of a row, of a session that is not registered.
    private static let noRow = JSONValue.object(
        [
            "state", "reason", "node", "boot", "created_at", "last_seen", "expires_at", "client", "misrouted", "stuck",
            "learnt_owner", "no_expiry", "orphaned_since", "dialect",
        ].map { (key: $0, value: .null) })

    private static func ended(_ session: EndedSession) -> JSONValue {
        [
            "how": .string(session.ending.rawValue), "at": .time(session.endedAt.seconds),
            "doubt_seconds": .int(session.doubtSeconds), "created_at": .time(session.createdAt?.seconds),
        ]
    }

    private static func owner(_ owner: Explanation.Owner) -> JSONValue {
        [
            "node": .string(owner.node), "boot": .string(orNull: owner.boot), "status": .string(owner.status.rawValue),
            "boot_now": .string(orNull: owner.bootNow), "started_at": .time(owner.startedAt?.seconds),
            "last_heartbeat_at": .time(owner.lastBeat?.seconds),
        ]
    }

    private static func live(_ look: LiveLook) -> JSONValue {
        switch look {
        case .notRead(let why): ["read": false, "found": .null, "error": .string(why)]
        case .absent: ["read": true, "found": false, "error": .null]
        case .present: ["read": true, "found": true, "error": .null]
        }
    }

    private static func evidence(_ evidence: Evidence, at now: UnixTime) -> JSONValue {
        [
            "fact": .string(evidence.fact), "source": .string(evidence.source.rawValue),
            "at": .time(evidence.at?.seconds), "age_seconds": .double(orNull: evidence.at.map { max(now - $0, 0) }),
        ]
    }

    private static func blastRadius(_ aftermath: Aftermath) -> JSONValue {
        [
            "sessions": .int(aftermath.sessions), "recovered": .int(aftermath.recovered),
            "stuck": .int(aftermath.stuck), "silent": .int(aftermath.silent),
        ]
    }

    /// What is remembered of its refused requests, the latest first.
    private static func refused(_ failures: SessionFailures) -> JSONValue {
        let recent = failures.recent.reversed().map { failure -> JSONValue in
            [
                "at": .time(failure.time.seconds), "node": .string(orNull: failure.node),
                "verdict": .string(failure.verdict.rawValue), "cause": .string(orNull: failure.cause?.rawValue),
            ]
        }
        return [
            "count": .int(failures.refused), "first_at": .time(failures.first?.seconds),
            "last_at": .time(failures.last.seconds), "recent": .array(recent),
        ]
    }
}
