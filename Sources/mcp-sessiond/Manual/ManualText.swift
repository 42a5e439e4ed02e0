/// The texts of the man page other than the verbs and their flags.
enum ManualText {
    static let date = "November 28, 2026"

    static let description = lines(
        """
        .Nm
        is the sidecar of a cluster of MCP servers that register their sessions in Redis.
        It reads the registry and the nodes' heartbeats, and says of each session whether it is owned, orphaned, unowned or
        malformed, and why a request for it fails.
        .Pp
        .Cm serve
        is the daemon; the query verbs query a running one over HTTP;
        .Cm doctor ,
        .Cm check-config
        and
        .Cm events test
        need none.
        .Pp
        A
        .Ar ref
        is s: and the first 16 hex digits of the SHA-256 of a session's id: ids are credentials and are never shown.
        """)

    static let rest = lines(
        """
        .Sh ENVIRONMENT
        .Bl -tag -width Ds
        .It Ev MCP_SESSIOND_CONFIG
        The configuration file.
        .It Ev MCP_SESSIOND_REDIS_PASSWORD
        The password for Redis.
        .It Ev MCP_SESSIOND_SERVER
        The daemon for the query verbs.
        .It Ev MCP_SESSIOND_TOKEN
        The access token for the query verbs.
        .It Ev MCP_SESSIOND_*
        Every key of the configuration:
        .Ev MCP_SESSIOND_REDIS_URL
        is redis.url.
        A flag overrides the environment, and the environment overrides the file.
        .It Ev NO_COLOR
        If set and not empty: no colours.
        .El
        .Sh FILES
        .Bl -tag -width Ds
        .It Pa /etc/mcp-sessiond.yaml
        The configuration, where
        .Fl -config
        or
        .Ev MCP_SESSIOND_CONFIG
        names it.
        .It Pa /var/lib/mcp-sessiond
        The positions in log files and the incidents, unless events.state_dir names another folder.
        .El
        .Sh EXIT STATUS
        .Bl -tag -width Ds
        .It 0
        Fine.
        .It 1
        Something is wrong in what is shown: an orphaned session, a dead node, a refused request, a check that is not ok, a
        session that would be lost.
        .It 2
        Usage or configuration.
        .It 3
        The daemon or Redis is out of reach, or the first full scan is not complete.
        .It 4
        Refused: no token, a wrong one, or one without the scope; a cleanup run that may not begin.
        .El
        .Sh EXAMPLES
        Why does this session answer 404?
        The id is typed without echo:
        .Pp
        .Dl mcp-sessiond explain -
        .Pp
        Wait until a node may be stopped:
        .Pp
        .Dl until mcp-sessiond node node-2 --drain; do sleep 5; done
        .Pp
        Is the set-up right?
        .Pp
        .Dl mcp-sessiond doctor --config /etc/mcp-sessiond.yaml
        """)

    private static func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }
}
