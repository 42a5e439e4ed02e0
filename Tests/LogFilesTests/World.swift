import TestSupport

@testable import LogFiles

/// Log files, those who write and rotate them, and a follower, all acting at random; and what must come of it.
struct World: ~Copyable {
    /// How a source's files are found.
    enum Kind: CaseIterable {
        /// By name; what is rotated has a name that nobody follows.
        case plain
        /// By a pattern that matches the rotated files too.
        case pattern
        /// By a link that is swapped to the next file, in another folder.
        case link
    }

    /// One file, under whatever name, from when it was made.
    struct Generation {
        var source: Int
        var inode: UInt64
        /// Where it is; nil when it was removed.
        var name: String?
        /// The line that is being written.
        var pending = ""
        /// No follower can find it any more, so what it had not read is lost.
        var isOutOfReach = false
        var wasTruncated = false
    }

    struct Line {
        var generation: Int
        /// Cut away before it was read.
        var isCut = false
    }

    /// A writer that has not noticed yet that its file was rotated.
    struct LateWriter {
        var writer: Writer
        var generation: Int
        var until: Double
    }

    struct Source {
        var kind: Kind
        var name: String
        /// Nil between a removal and the next file.
        var writer: Writer?
        var generation = 0
        var rotations = 0
    }

    let folder: Folder
    var random: SeededRandom
    let following: Following
    var sources: [Source] = []
    var generations: [Generation] = []
    var lines: [String: Line] = [:]
    var late: [LateWriter] = []
    var kills = 0
    var taken: (positions: LogPositions, generations: Int)?
    /// How many files there had been when the positions that were written last were taken. A later one may have the
    /// inode of one that was removed, but not its position.
    var committedGenerations = 0
    /// The actions so far, to be shown when something went wrong.
    var story: [String] = []
    private var serial = 0
    private var stamp = 1_000_000_000_000_000_000

    static func limits(_ random: inout SeededRandom) -> LogLimits {
        var limits = LogLimits()
        limits.chunkBytes = random.pick([16, 64, 4_096])
        limits.lineBytes = random.pick([64, 256])
        limits.fileBytesPerRound = random.pick([40, 200, 100_000])
        limits.bytesPerRound = random.pick([100, 100_000])
        return limits
    }

    init(seed: UInt64, isQuick: Bool) throws {
        var random = SeededRandom(seed: seed)
        let folder = try Folder(isQuick: isQuick)
        try folder.makeFolder("logs")
        try folder.makeFolder("data")
        var sources: [Source] = []
        var paths: [String] = []
        for number in 0..<Int.random(in: 1...3, using: &random) {
            let source = Source(kind: random.pick(Kind.allCases), name: "logs/app\(number).log")
            sources.append(source)
            paths.append(folder(source.name) + (source.kind == .pattern ? "*" : ""))
            if random.oneIn(4) { paths.append(folder("logs/app\(number).lo?")) }
        }
        following = try Following(paths, state: folder("state"), limits: Self.limits(&random))
        (self.random, self.folder, self.sources) = (random, folder, sources)
    }

    mutating func note(_ action: String) { story.append(action) }

    // MARK: - Writers

    /// Makes a source's next file.
    mutating func create(_ index: Int) throws {
        let source = sources[index]
        var name = source.name
        if source.kind == .link {
            name = "data/\(index)-\(generations.count).log"
        }
        let writer = try Writer(folder(name))
        if source.kind == .link {
            try folder.link("logs/next", to: folder(name))
            try folder.rename("logs/next", to: source.name)
        }
        sources[index].writer = writer
        sources[index].generation = generations.count
        generations.append(Generation(source: index, inode: writer.inode, name: name))
        note("create \(name)")
    }

    /// Words that stand nowhere else; the colon keeps 2 and 3, written one after the other, from being 23.
    private mutating func words() -> String {
        serial += 1
        let length =
            random.oneIn(12) ? Int.random(in: 60...700, using: &random) : Int.random(in: 0...30, using: &random)
        return "\(serial):" + String(repeating: ".", count: length)
    }

    /// Writes some lines, the last of which may be without an end for now.
    mutating func write(_ writer: Writer, _ generation: Int) throws {
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            let words = words()
            let isHalf = random.oneIn(5)
            try writer.write(isHalf ? words : words + "\n")
            generations[generation].pending += words
            if !isHalf { endLine(generation) }
        }
        try touch(writer)
        note("write \(generation) to \(serial)")
    }

    mutating func endPending(_ index: Int) throws {
        guard let writer = sources[index].writer else { return }
        let generation = sources[index].generation
        let words = words()
        generations[generation].pending += words
        try writer.write(words + "\n")
        endLine(generation)
        try touch(writer)
    }

    private mutating func endLine(_ generation: Int) {
        lines[key(generations[generation].pending)] = Line(generation: generation)
        generations[generation].pending = ""
    }

    private mutating func touch(_ writer: Writer) throws {
        stamp += 1_000_000
        try writer.setModified(nanoseconds: stamp)
    }

    /// How a line is told: of one that is too long the beginning.
    func key(_ text: String) -> String {
        let limit = following.limits.checked.lineBytes
        return text.utf8.count >= limit ? String(text.prefix(limit)) : text
    }

    // MARK: - Rotation

    /// Takes the source's file out of its place; its writer may go on for a while.
    mutating func retire(_ index: Int) {
        guard let writer = sources[index].writer else { return }
        let generation = sources[index].generation
        if random.oneIn(2) {
            late.append(LateWriter(writer: writer, generation: generation, until: following.now + 3))
        }
        sources[index].writer = nil
    }

    mutating func rotate(_ index: Int) throws {
        guard sources[index].writer != nil else { return }
        let generation = sources[index].generation
        if sources[index].kind != .link {
            let name = "\(sources[index].name).\(sources[index].rotations)"
            try folder.rename(sources[index].name, to: name)
            generations[generation].name = name
        }
        sources[index].rotations += 1
        note("rotate \(generation)")
        retire(index)
        if sources[index].kind != .pattern { loseUnlessFollowed(generation) }
        if sources[index].kind == .link || !random.oneIn(3) { try create(index) }
    }

    mutating func remove(_ index: Int) throws {
        guard sources[index].writer != nil else { return }
        let generation = sources[index].generation
        try folder.remove(generations[generation].name!)
        generations[generation].name = nil
        note("remove \(generation)")
        retire(index)
        if sources[index].kind == .link { try folder.remove(sources[index].name) }
        loseUnlessFollowed(generation)
        if random.oneIn(2) { try create(index) }
    }

    /// Removes a file that was rotated before.
    mutating func removeRotated() throws {
        let rotated = generations.indices.filter { generation in
            generations[generation].name != nil && sources[generations[generation].source].generation != generation
        }
        guard !rotated.isEmpty else { return }
        let generation = random.pick(rotated)
        try folder.remove(generations[generation].name!)
        generations[generation].name = nil
        late.removeAll { $0.generation == generation }
        note("remove rotated \(generation)")
        loseUnlessFollowed(generation)
    }

    mutating func truncate(_ index: Int) throws {
        guard let writer = sources[index].writer else { return }
        let generation = sources[index].generation
        try writer.truncate()
        try touch(writer)
        generations[generation].pending = ""
        generations[generation].wasTruncated = true
        note("truncate \(generation)")
        cut(generation)
    }

    /// What was not counted of a file is lost.
    private mutating func cut(_ generation: Int) {
        let counted = Set(following.taker.texts)
        for (text, line) in lines where line.generation == generation && !counted.contains(text) {
            lines[text]?.isCut = true
        }
    }

    /// A file without a name that is followed is read on only by one who has it open. While nobody follows, it depends
    /// on what the next one finds.
    private mutating func loseUnlessFollowed(_ generation: Int) {
        let (inode, name) = (generations[generation].inode, generations[generation].name)
        if following.isRunning {
            if !following.inodes.contains(inode) { generations[generation].isOutOfReach = true }
        } else if name == nil {
            generations[generation].isOutOfReach = true
        }
    }

    /// Of the files that no pattern leads to, a new follower finds those whose positions are kept, by their inodes.
    mutating func loseUnlessKept() throws {
        let kept = Set(following.positions.positions.filter { !$0.hasEnded }.map(\.identity.inode))
        for index in generations.indices {
            let generation = generations[index]
            let source = sources[generation.source]
            if source.writer != nil, source.generation == index { continue }
            if source.kind == .pattern, generation.name != nil { continue }
            if generation.name == nil || generation.wasTruncated || !kept.contains(generation.inode)
                || index >= committedGenerations
                // A link's folder is known only as long as the link is.
                || (source.kind == .link && source.writer == nil)
            {
                generations[index].isOutOfReach = true
            }
        }
    }
}
