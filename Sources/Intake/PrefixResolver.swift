import Digests
import Events
import Sessions
import Watching

/// Finds which session an event is about, also where its line carries only the beginning of the id.
struct PrefixResolver {
    private let watch: WatchContext
    private let digest = SHA256()

    init(_ watch: WatchContext) {
        self.watch = watch
    }

    /// The ids with their refs, in the order of the events; nil where none begins like that, or more than one.
    func sessions(of events: [LogSession]) -> [NamedSession?] {
        let prefixes = events.compactMap { if case .prefix(let prefix) = $0 { prefix } else { nil } }
        var matches: ArraySlice<IDPrefixes.Match> = []
        if !prefixes.isEmpty {
            var wanted = IDPrefixes(prefixes)
            // One pass over the table for all of them, in steps that keep nobody waiting.
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
