extension FieldClaim {
    /// What the field's name makes it: the name of its object and its own together (`session.id`), else its own alone.
    static func of(_ key: String, in parent: String, depth: Int) -> FieldClaim? {
        if depth > 0 {
            if tails.contains(key), let claim = names[parent + key] { return claim }
            // `error.message` is no message, and `client.id` no session.
            if let owners = partsOf[key], !owners.contains(parent) { return nil }
        }
        return names[key]
    }

    /// Names that may make up another name together with that of their object.
    private static let tails: Set<String> = [
        "id", "node", "name", "boot", "bootid", "owner", "message", "mcpsessionid", "pod", "address", "url", "key",
    ]

    /// Names that mean something in these objects only, where they are not at the top.
    private static let partsOf: [String: Set<String>] = [
        "message": ["fields", "state", "data", "log", "record", "event"], "id": [], "name": [], "host": [],
        "msg": ["fields", "data", "log", "record"], "code": [],
        "reason": ["fields", "data", "context", "extra", "meta"],
        "error": ["fields", "data", "context", "extra", "meta"], "time": ["record"],
        "status": ["fields", "res", "response"],
        "event": ["fields", "data", "extra", "meta"], "server": [],
        "instance": ["fields", "span", "data", "extra", "meta"],
    ]

    /// For each role its names, squeezed, the best first; names of one group are equally good.
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
        (.setCookie, [["downstreamsetcookie", "originsetcookie"]]),
        (.method, [["requestmethod"]]),
        (.serviceAddress, [["serviceaddr"]]),
        (.serviceURL, [["serviceurl"]]),
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
