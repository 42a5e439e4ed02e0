/// The claim of a field to a role, by its name. If two fields of a line claim the same role, the lower score wins.
struct FieldClaim: Sendable {
    let role: FieldRole
    let rank: Int

    /// The field's score: better names are lower; for equal names, less depth is.
    func score(depth: Int, isInList: Bool) -> Int { rank * 100 + depth * 2 + (isInList ? 1 : 0) }
}

extension FieldClaim {
    /// The claim of a field by its name together with that of its object (`session.id`), or by its own name alone.
    static func of(_ key: String, in parent: String, depth: Int) -> FieldClaim? {
        if depth > 0 {
            if tails.contains(key), let claim = names[parent + key] { return claim }
            // `error.message` is not a message, and `client.id` is not a session.
            if let owners = partsOf[key], !owners.contains(parent) { return nil }
        }
        return names[key]
    }

    /// Names that may form another name together with that of their object.
    private static let tails: Set<String> = [
        "id", "node", "name", "boot", "bootid", "owner", "message", "mcpsessionid", "pod", "address", "url", "key",
    ]

    /// Names that count only at the top level, or in these objects.
    private static let partsOf: [String: Set<String>] = [
        "message": ["fields", "state", "data", "log", "record", "event"], "id": [], "name": [], "host": [],
        "msg": ["fields", "data", "log", "record"], "code": [],
        "reason": ["fields", "data", "context", "extra", "meta"],
        "error": ["fields", "data", "context", "extra", "meta"], "time": ["record"],
        "status": ["fields", "res", "response"],
        "event": ["fields", "data", "extra", "meta"], "server": [],
        "instance": ["fields", "span", "data", "extra", "meta"],
    ]

    /// The squeezed names of each role, the best group first. The names of a group are equally good.
    private static let groups: [(FieldRole, [[String]])] = [
        (
            .session,
            [
                ["mcpsessionid", "xmcpsessionid", "mcpsession", "mcpsid", "headersmcpsessionid", "mcpsessionidheader"],
                ["sessionid", "sid", "sessid", "sessionuuid"],
                ["session", "sessionkey"],
                ["id"],
            ]
        ),
        (
            .node,
            [
                ["node", "nodeid", "nodename", "thisnode", "localnode", "currentnode", "mynode", "servingnode"],
                ["pod", "podname", "podid", "instance", "instanceid", "instancename", "worker", "workerid", "replica"],
                ["serverid", "servername", "self", "selfid", "machine", "machinename", "servedby", "localworker"],
                ["hostname", "hostid"],
                ["host", "server", "container", "containername", "kubernetespodname"],
            ]
        ),
        (.processID, [["processid", "workerpid"]]),
        (.boot, [["boot", "bootid", "incarnation", "incarnationid", "nodeboot", "generation"]]),
        (
            .owner,
            [
                [
                    "owner", "ownernode", "ownernodeid", "ownername", "sessionowner", "ownedby", "ownerpod",
                    "ownerinstance",
                ],
                ["ownerworker", "ownerworkerid", "ownerhost", "ownerhostname", "currentowner", "registeredon"],
                ["registerednode", "registeredowner", "homenode", "homepod", "heldby", "belongsto", "actualnode"],
                [
                    "oldownerid", "ownerid", "previousowner", "oldowner", "deadowner", "deadworker", "deadnode",
                    "remotenode",
                ],
                [
                    "destinationprefix", "owneraddress", "ownerurl", "owneraddr", "expectednode", "targetnode",
                    "ownednode",
                ],
            ]
        ),
        (
            .ownerBoot,
            [
                [
                    "ownerboot", "ownerbootid", "ownerincarnation", "sessionboot", "registeredboot", "oldboot",
                    "previousboot",
                ]
            ]
        ),
        (.time, [["startutc"], ["timestamp", "eventtime"], ["time", "ts", "t", "datetime"], ["asctime", "date"]]),
        (
            .cookie,
            [
                [
                    "cookie", "stickycookie", "cookievalue", "mcpbackend", "stickycookievalue", "affinitycookie",
                    "stickyvalue",
                ]
            ]
        ),
        (
            .client,
            [
                ["client", "clientname", "clientinfoname", "mcpclient", "clientinfo"],
                ["useragent", "requestuseragent", "httpuseragent", "ua"],
            ]
        ),
        (.status, [["statuscode", "httpstatus", "httpstatuscode", "status", "responsestatus"]]),
        (.message, [["message", "msg", "m"], ["renderedmessage", "shortmessage", "body", "text"]]),
        (.event, [["event", "eventname", "eventtype", "kind"], ["operation", "action", "op", "type"]]),
        (.reason, [["reason", "verdict", "cause", "outcome", "result"], ["code", "errorcode"]]),
        (
            .error,
            [["error", "err", "errormessage", "errmessage", "exception", "exceptionmessage", "details", "detail"]]
        ),
        (
            .protocolVersion,
            [["requestmcpprotocolversion", "mcpprotocolversion", "protocolversion", "headersmcpprotocolversion"]]
        ),
        (.modernMethod, [["requestmcpmethod", "mcpmethodheader", "headersmcpmethod"]]),
        (.requestSession, [["requestmcpsessionid"]]),
        (.responseSession, [["downstreammcpsessionid", "originmcpsessionid"]]),
        (.requestCookie, [["requestcookie"]]),
        (.setCookie, [["downstreamsetcookie"], ["originsetcookie"]]),
        (.method, [["requestmethod"]]),
        (.serviceAddress, [["serviceaddr"]]),
        (.serviceURL, [["serviceurl"]]),
        (.serviceName, [["servicename"]]),
        (.originStatus, [["originstatus"]]),
        (.downstreamStatus, [["downstreamstatus"]]),
    ]

    private static let names: [String: FieldClaim] = {
        var names: [String: FieldClaim] = [:]
        for (role, ranks) in groups {
            for (rank, group) in ranks.enumerated() {
                for name in group { names[name] = FieldClaim(role: role, rank: rank) }
            }
        }
        return names
    }()
}
