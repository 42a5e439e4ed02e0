/// The single words by which structured loggers name an event (`session_misrouted`, `mcp.session.created`), squeezed.
enum EventWords {
    /// The longest text that may be such a word.
    static let textLimit = 64

    /// The kind that a field such as `event` or `operation` names by this word.
    static func kind(of word: String) -> LogEvent.Kind? {
        names[word] ?? (word.hasPrefix("mcp") ? names[String(word.dropFirst(3))] : nil)
    }

    /// The kind that a field such as `reason` names by this word. Servers use it to explain a miss; there, "unknown
    /// session" means a plain miss.
    static func reason(of word: String) -> LogEvent.Kind? { reasons[word] }

    /// True if the reason says that the request named no session, so that none can be missed.
    static func isAbsence(_ reason: String) -> Bool { absences.contains(reason) }

    private static let absences: Set<String> = [
        "nosession", "nosessionid", "missingsessionid", "missingsessionidafterinit",
    ]

    private static let names = table([
        .misroute: """
        misroute misrouted misrouting sessionmisroute sessionmisrouted sessionnotlocal notlocal wrongnode \
        sessionwrongnode sessionelsewhere ownedelsewhere registeredelsewhere sessionforwarded sessionadopted \
        sessionownedbyother sessionrestored sessionnotonnode sessionnothere sessiononothernode \
        misroutedsession requestmisrouted misrouteddetected sessionmisroutedetected notonthisnode \
        sessionwrongpod wrongpod sessionwronginstance sessionowneddifferentnode sessionredirected
        """,
        .unknown: """
        unknown unknownsession sessionunknown sessionnotregistered unregisteredsession sessionunregistered \
        notregistered
        """,
        .miss: """
        miss sessionmiss sessionnotfound sessionmissing nosuchsession sessioninvalid invalidsession \
        sessionlookupmiss
        """,
        .created: """
        created sessioncreated sessioncreate sessionopened sessionopen sessionstarted sessionstart \
        sessioninitialized sessionregistered sessionestablished newsession sessionnew sessionadded \
        createdsession sessionclaimed
        """,
        .held: """
        held sessionheld sessionhit sessionaccessed sessionfound sessiontouched sessionresumed sessionserved \
        sessionrefreshed sessionretrieved sessionlocal sessionreused
        """,
        .closed: """
        closed sessionclosed sessionclose sessiondeleted sessiondelete sessionterminated sessionended \
        sessionend sessionremoved sessionevicted sessiondestroyed sessiontimeout sessionidletimeout \
        sessionreaped sessionexpired closedsession sessiontimedout sessionstopped
        """,
        .ownerDead: """
        ownerdead deadowner ownerlost ownergone ownerunreachable ownerdown ownerunavailable sessionownerdead \
        ownernotalive deadownerdetected ownerheartbeatmissing ownerheartbeatexpired sessionownerlost \
        ownerdied
        """,
        .ownerRestarted: """
        ownerrestarted sessionownerrestarted bootmismatch staleboot sessionstale stalesession sessionlost \
        ownerrebooted bootchanged ownerbootchanged ownerbootmismatch staleowner incarnationmismatch
        """,
        .registryError: """
        registryerror rediserror sessionerror registryunavailable redisunavailable storeerror \
        sessionstoreerror registrylookupfailed redislookupfailed sessionlookupfailed sessionlookuperror \
        registrytimeout redistimeout sessionregistryerror registryreadfailed sessionrediserror registrydown \
        redisdown
        """,
        .modern: """
        modernrequest sessionlessrequest
        """,
    ])

    private static let reasons = table([
        .misroute: """
        misroute misrouted notlocal wrongnode wronginstance wrongpod ownedelsewhere registeredelsewhere \
        ownedbyother ownedbyanothernode notonthisnode othernode elsewhere heldelsewhere notheldhere
        """,
        .unknown: """
        unknown notregistered unregistered neverregistered notinregistry noowner notinredis
        """,
        .miss: """
        unknownsession sessionnotfound notfound nosuchsession sessionmiss miss invalidsession
        """,
        .ownerDead: """
        ownerdead deadowner ownergone ownerlost ownerunreachable ownerdown ownernotalive
        """,
        .ownerRestarted: """
        ownerrestarted staleboot bootmismatch bootchanged otherboot ownerrebooted staleowner
        """,
        .registryError: """
        registryerror registryunavailable rediserror redisunavailable registrytimeout redistimeout
        """,
    ])

    private static func table(_ rows: KeyValuePairs<LogEvent.Kind, String>) -> [String: LogEvent.Kind] {
        var table: [String: LogEvent.Kind] = [:]
        for (kind, words) in rows {
            for word in words.split(separator: " ") { table[String(word)] = kind }
        }
        return table
    }
}
