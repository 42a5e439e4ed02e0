import Redis
import Sessions

// The commands that read records.

extension SessionReader {
    private static let pttl = Array("*2\r\n$4\r\nPTTL\r\n".utf8)
    private static let get = Array("*2\r\n$3\r\nGET\r\n".utf8)

    /// Writes one pipeline.
    mutating func send(_ request: Request) throws(RedisError) {
        pipeline.removeAll()
        if let scan = request.scan {
            pipeline.begin(wordCount: 6)
            pipeline.word("SCAN")
            pipeline.word(scan.cursor[...])
            pipeline.word("MATCH")
            pipeline.word(keySpace.scanPattern)
            pipeline.word("COUNT")
            pipeline.word(String(scan.count))
        }
        appendValues(of: request.keys)
        appendOwners(of: request.keys)
        for key in request.keys.keys { pipeline.append(rendered: Self.pttl, request.keys.bytes(of: key)) }
        for hash in request.hashes {
            let names = readers[hash.dialect].fields.names
            pipeline.begin(wordCount: 2 + names.count)
            pipeline.word("HMGET")
            pipeline.word(hash.key[...])
            for name in names { pipeline.word(name) }
            // A key that is gone and a hash without these fields give the same nils.
            pipeline.begin(wordCount: 2)
            pipeline.word("TYPE")
            pipeline.word(hash.key[...])
        }
        if pipeline.commandCount > 0 { try connection.send(pipeline) }
    }

    private mutating func appendValues(of keys: SessionKeys) {
        let valued = keys.keys.lazy.filter { [readers = keySpace.dialects] in readers[$0.dialect].values == .fields }
        if isCareful {
            for key in valued {
                pipeline.begin(wordCount: 4)
                pipeline.word("GETRANGE")
                pipeline.word(keys.bytes(of: key))
                pipeline.word("0")
                pipeline.word(String(RecordLimits.valueBytes))
            }
        } else if !connection.takesManyKeys {
            for key in valued { pipeline.append(rendered: Self.get, keys.bytes(of: key)) }
        } else if !valued.isEmpty {
            pipeline.begin(wordCount: 1 + valued.count)
            pipeline.word("MGET")
            for key in valued { pipeline.word(keys.bytes(of: key)) }
        }
    }

    private mutating func appendOwners(of keys: SessionKeys) {
        let owned = keys.keys.filter { keySpace.ownerDialect(of: $0.dialect) != nil }
        guard !owned.isEmpty else { return }
        pipeline.begin(wordCount: 1 + owned.count)
        pipeline.word("MGET")
        for key in owned {
            guard let owners = keySpace.ownerDialect(of: key.dialect).flatMap({ keySpace.dialects[$0].owners }) else {
                continue
            }
            pipeline.word(
                (Array(owners.prefix.utf8) + keys.bytes[key.range.lowerBound + key.idStart..<key.range.upperBound])[...]
            )
        }
    }
}
