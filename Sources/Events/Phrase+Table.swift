extension Phrase {
    /// All phrases. The first match wins, so specific phrases come before general ones. They are the texts of known
    /// servers and SDKs (rmcp, rmcp-actix-web, the Python and C# SDKs, ContextForge, ToolHive, Unla, Dust, mcp-use,
    /// Lunar, Airweave), and texts that others are likely to write.
    static let patterns: [Pattern] =
        leftAlone.map { Pattern(kind: nil, text: $0) }
        + ownerRestarted.map { Pattern(kind: .ownerRestarted, text: $0) }
        + ownerDead.map { Pattern(kind: .ownerDead, text: $0, needsNoID: true) }
        + registryErrors.map { Pattern(kind: .registryError, text: $0, needsNoID: true) }
        + [
            // The Python SDK logs the first 64 characters of whatever the client sent.
            Pattern(kind: .miss, text: "unknown or expired|invalid|terminated session id? {id?}", idCut: 64),
            // This text has no id (microsoft/mcp-gateway).
            Pattern(kind: .miss, text: "cannot find session id for request", needsNoID: true),
        ]
        + notHere.map { Pattern(kind: .miss, text: $0) }
        + misroutes.map { Pattern(kind: .misroute, text: $0) }
        + held.map { Pattern(kind: .held, text: $0) }
        + created.map { Pattern(kind: .created, text: $0) }
        + closed.map { Pattern(kind: .closed, text: $0) }
        + unknown.map { Pattern(kind: .unknown, text: $0) }
        + misses.map { Pattern(kind: .miss, text: $0) }

    /// Phrases from nodes that have nothing to do with the session, and phrases about other things.
    private static let leftAlone = table(
        """
        received event for
        received session create|created|update|delete|deleted
        invalid mcpsessionid|sessionid format
        invalid session id format
        forwarded execution
        session count
        failed to serve|create|initialize|close|start session
        error serving|creating|initializing|closing|terminating|disconnecting
        rejecting request|message for session * credential
        owner registration outcome
        resolving session owner
        retrieved session owner
        session is not valid json
        published to @node
        """)

    private static let ownerRestarted = table(
        """
        removing|removed stale session {id?} owned by previous instance {owner?}
        removing|removed stale session {id?} after 404 response? from owner {owner?}
        removing|removed|dropping|found stale session {id?}
        session {id?} is? stale
        session {id?} * owned|created|held by a|an|the? previous|earlier|old|former|prior @node|boot|incarnation \
        {owner?}
        belongs to a|an|the? previous|earlier|old|former|prior|stale|different|another|dead boot|incarnation|process|\
        life
        from a|an|the? previous|earlier|old|former|prior boot|incarnation|process|life
        owner @node? {owner?} has? was? been? restarted|rebooted|recycled
        owner @node? {owner?} * restarted|rebooted
        restarted since
        session {id?} * lost|dropped in|on|after|by restart
        boot id? * mismatch|changed|differs|different
        incarnation mismatch|changed|differs
        session {id?} did not survive
        session {id?} lost
        lost session {id?}
        owned|held|created|registered|claimed by|to|with|under another|different|new|newer|previous|old boot|incarnation
        """)

    private static let ownerDead = table(
        """
        reclaimed|reclaiming|adopted|taking session {id?} from dead|gone|lost @node|owner? {owner?}
        owner @node? {owner?} * is|looks|appears|seems|considered dead|down|gone|unreachable|offline|unavailable|\
        lost * for? session? {id?}
        owner @node? {owner?} is? not|no longer? alive|reachable|responding|available * session? {id?}
        owner @node? {owner?} has? died|vanished|disappeared|crashed
        owner @node? {owner?} dead|unreachable|unavailable|offline|gone
        owner @node? {owner?} * heartbeat missing|expired|stale|lost|timeout|gone
        heartbeat of|for|from owner|@node @node? {owner?} * missing|expired|stale|lost|gone|found
        no|missing|expired|stale heartbeat from|of|for owner|@node @node? {owner?}
        dead owner|@node {owner?}
        timeout|timed forwarding * to owner {owner?} * for? session? {id?}
        failed|unable|error|cannot|could to? not? forward|forwarding|reach|contact * owner {owner?} * session? {id?}
        """)

    private static let registryErrors = table(
        """
        redis|valkey|registry|database error * session {id?}
        redis|valkey|registry error|timeout|unavailable|unreachable|refused
        redis|valkey|registry is|was? currently? unavailable|unreachable|down|offline|loading
        redis|valkey|registry is|was? not available|reachable|responding
        redis|valkey get|set|hget|hgetall|hset|exists|eval|ping failed|error|timeout|timed
        redis|valkey|registry|store connection|lookup|read|write|query|request|command|call failed|error|timeout|\
        timed|lost
        redis|valkey|registry|store|storage|backend unavailable|unreachable
        session redis|registry|store|storage|cache lookup|read|write|delete|load|save|decode|update failed * for? \
        {id?}
        session redis|registry|store|storage|cache|lookup|recovery|restore|persistence|load|decode|serialization \
        load? is? failed|error|unavailable|unreachable|timeout
        storage|store error
        failed|unable|cannot|could to? not? retrieve|get|load|fetch|resolve|lookup|look|read|check|find|query|\
        determine up? session owner * session? {id?}
        failed to retrieve|get|load|fetch|resolve|lookup|look|read|check|query|deserialize|decode|parse|restore up? \
        mcp? session {id?}
        failed to delete|remove|save|store|register|persist|update|write|touch|refresh|renew|add|extend mcp? session \
        {id?}
        error getting|reading|setting|saving|loading|deleting|updating|checking|storing|fetching|touching|removing|\
        adding|retrieving|looking|registering|querying up? mcp? session {id?}
        could|cannot|unable|failed not? to? reach|connect|contact|query|access|ask to? the? redis|valkey|registry
        connection to redis|valkey|registry * lost|refused|failed|closed|reset
        session recovery failed
        error forwarding * via redis
        recovery failed for session {id?}
        """)

    /// Phrases for a session that was not found on this node, which do not mention the registry.
    private static let notHere = table(
        """
        session {id?} is? not found|known on|in|at this @node
        session {id?} is? unknown on|to this api? @node
        session {id?} is? not found|known here|locally
        session {id?} is? not found in local|memory|process
        session is terminated
        """)

    private static let held = table(
        """
        we own it
        received forwarded http? request|message
        session {id?} exists|found|present in local|memory|process
        session {id?} exists|found|present locally|here
        handling|processing message|request for|on|in session {id?}
        existing session id? {id?} found
        found existing|local? session {id}
        using|reusing|resuming|resumed|reused existing? session {id?}
        session {id?} is? owned|held|served|hosted by|on this @node
        session {id?} belongs to this @node
        session {id?} accessed|touched|refreshed|resumed|reused|held|hit|found|renewed
        session {id?} already exists
        session lookup hit
        session cache hit
        """)

    private static let created = table(
        """
        session {id?} was? claimed by owner {owner}
        created|create new? transport with session id {id?}
        create|created|added|opened|established|initialized|initialised|started|stored|accepted a? new? mcp? sse? \
        http? session|multisession|streamablesession id? {id?}
        registered a? new? mcp? session {id?}
        claimed|claiming new? session {id?}
        creating|starting|opening|initializing a? new mcp? session {id?}
        new mcp? http? session {id?} was? created|established|started|registered|initialized|opened|accepted
        new mcp? session id? {id}
        session {id?} was|has|successfully? been? created|initialized|initialised|started|established|opened|added|\
        claimed with|for? id|session? {id?}
        session {id?} was|has|successfully? been? registered with|for id|session {id}
        session {id?} was|has|successfully? been? registered
        """)

    private static let closed = table(
        """
        session {id?} idle timeout|timeout
        session {id?} timed out
        session {id?} expired and|due
        cleaning|cleaned up? a|an|the? crashed|expired|idle|stale|inactive|dead|old|mcp? session {id?}
        session {id?} was|has|is|successfully? been? closed|terminated|ended|deleted|removed|destroyed|evicted|\
        reaped|disconnected|crashed|finished|dropped|purged|invalidated|disposed
        closed|closing|terminated|terminating|ended|ending|deleted|deleting|removed|removing|destroyed|destroying|\
        evicted|evicting|reaped|reaping|dropped|dropping|disposed|disposing|expired|expiring|invalidated|purged the? \
        idle|expired|inactive|mcp|client|old|crashed? session id? {id?}
        transport closed for session {id?}
        session termination request * session {id?}
        session {id?} shut down
        """)

    /// The patterns in a text, one per line.
    static func table(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }
}
