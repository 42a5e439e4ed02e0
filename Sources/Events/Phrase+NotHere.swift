extension Phrase {
    /// Phrases for a session that is registered, but not on this node, even if the node then forwarded or adopted it.
    static let misroutes = table(
        """
        session {id?} reclaimed|claimed|taken over? by {owner}
        forwarding http? request|message|call? to {owner} for session {id?}
        forwarding http? request|message|call? to new|current|the? owner|@node {owner?} * for? session? {id?}
        owner {owner} forwarding|redirecting|proxying|replaying|routing
        proxying|redirecting|routing|relaying|replaying * to owner|@node {owner?} * for? session? {id?}
        session {id?} exists|found|registered|present|known|recorded * but not|isnt|absent|missing|held|owned
        exists in * but not
        registered * but not
        session {id?} is? not on|at this @node * owned|owner by|is? {owner}
        session {id?} is? not on|at this @node
        session {id?} is? not local|here
        session {id?} is? not held|served|hosted|owned|present * here|locally|this
        session {id?} is? not in local|process|memory|our|this
        not in local|process store|cache|memory|map|registry
        session {id?} is? registered|held|owned|hosted|served|lives|resides|located|pinned|bound|assigned elsewhere
        registered|held|owned|lives|served elsewhere
        session {id?} * on|by|to|in another|other|different|remote @node {owner?}
        session {id?} is? already? owned|held|claimed|served|hosted by @node? {owner}
        session {id?} is? belongs|assigned|pinned|bound|routed to @node? {owner}
        session {id?} is? registered|lives|resides|located|hosted|owned on|at|with|to @node? {owner}
        owned|held by another|other|different @node {owner?}
        belongs to another|other|different @node {owner?}
        registered on|at|to|with another|other|different @node {owner?}
        wrong|incorrect @node * expected? {owner?}
        misroute|misrouted|misrouting|misdirected
        restored|recovered|rehydrated|adopted|adopting|restoring session {id?}
        session {id?} was? restored|rehydrated|adopted|recovered
        session {id?} was? reclaimed|loaded|reloaded from redis|valkey|registry|storage|store
        not the owner of? session? {id?}
        session {id?} not mine
        """)

    /// Phrases for a session that is not in the registry.
    static let unknown = table(
        """
        session {id?} no owner
        no owner registered|found|recorded|known|for|in * session? {id?}
        no owner
        session {id?} * not found in redis|valkey|registry|database
        session {id?} does not exist in redis|valkey|registry|database
        session {id?} unknown to redis|registry
        session {id?} is? not present|exists? in redis|valkey|registry|database
        session {id?} is|was? not|never registered
        unregistered session {id?}
        session {id?} is? unregistered
        no registry|redis entry|record|key for session {id?}
        unknown mcp? session id? {id?}
        """)

    /// Phrases for a session that was not found, which do not say where the server looked for it.
    static let misses = table(
        """
        session id? {id?} is|was? not found
        could|cannot|couldnt|unable|cant not? to? find|locate|resolve * session id? {id?}
        no such session id? {id?}
        no session found|with|exists * id? {id?}
        no active|matching session * {id?}
        session {id?} does not exist
        session {id?} doesnt exist
        session {id?} is|has|was? expired|gone|missing|invalid
        session {id?} is? not known|valid|active
        expired session id? {id?}
        invalid session id? {id}
        nonexistent session {id?}
        session id? {id?} is? unknown
        session resolution failed
        session miss
        session {id?} nonexistent
        request for|to|with unknown|expired|missing session {id?}
        """)
}
