import Digests
import Events
import Sessions
import Watching

/// A resolver of the session that an event is about, even if the log line has only the beginning of its id.
struct PrefixResolver {
    private let watch: WatchContext
    private let digest = SHA256()

    init(_ watch: WatchContext) {
        self.watch = watch
    }

    /// One session per event, in order; nil if no session id, or more than one, begins with the logged prefix.
    func sessions(of events: [LogSession]) -> [NamedSession?] {
        let prefixes = events.compactMap { if case .prefix(let prefix) = $0 { prefix } else { nil } }
        var matches: ArraySlice<IDPrefixes.Match> = []
        if !prefixes.isEmpty {
            var wanted = IDPrefixes(prefixes)
            // One pass over the table serves all prefixes, in short steps that block nobody.
            while !watch.registry.withLock({ $0.resolve(&wanted) }) {}
            matches = wanted.matches[...]
        }
        return events.map { event in
            switch event {
            case .full(let id): return NamedSession(id: id, ref: SessionRef(digest.prefix64(id.bytes.span)))
            case .prefix:
                guard case .unique(let id, let ref)? = matches.popFirst() else { return nil }
                return NamedSession(id: id, ref: ref)
            case .none: return nil
            }
        }
    }
}
