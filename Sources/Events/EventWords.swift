/// Single words by which structured loggers name an event (`session_misrouted`, `mcp.session.created`), squeezed.
enum EventWords {
    /// Bytes of a word that is looked at.
    static let textLimit = 64

    /// The kind that the value of a field such as `event` or `operation` names.
    static func kind(of word: String) -> LogEvent.Kind? {
        names[word] ?? (word.hasPrefix("mcp") ? names[String(word.dropFirst(3))] : nil)
    }

    /// The kind that the value of a field such as `reason` names. Servers use it to tell a miss more exactly; "unknown
    /// session" there is but the reason of a miss.
    static func reason(of word: String) -> LogEvent.Kind? { reasons[word] }

    /// Reasons that say that the request named no session: then there is none to be missed.
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
