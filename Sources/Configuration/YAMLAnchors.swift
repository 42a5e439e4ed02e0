/// A search for anchors in YAML before it is parsed: a few hundred bytes of anchors and aliases can stand for billions
/// of values ("billion laughs"), and no setting needs them.
enum YAMLAnchors {
    /// The position of the first `&name` that may be an anchor; nil if there is none. Line and column count from 1.
    ///
    /// Quotes are not interpreted, since a scanner that misreads one could miss an anchor. So ` &name` inside a text is
    /// rejected too; only comment lines are skipped.
    static func first(in text: String) -> (line: Int, column: Int)? {
        var (line, column) = (1, 0)
        var isComment = false
        var isBlank = true
        var isAfterGap = true
        var candidate: (line: Int, column: Int)?
        for scalar in text.unicodeScalars {
            if let candidate, isName(scalar) { return candidate }
            candidate = nil
            column += 1
            if scalar == "\n" || scalar == "\r" {
                if scalar == "\n" { line += 1 }
                (column, isComment, isBlank) = (0, false, true)
            } else if isBlank, scalar != " ", scalar != "\t" {
                isBlank = false
                isComment = scalar == "#"
            }
            if scalar == "&", isAfterGap, !isComment { candidate = (line, column) }
            isAfterGap = " \t\r\n[]{},:?-\"'\u{FEFF}\u{85}\u{2028}\u{2029}".unicodeScalars.contains(scalar)
        }
        return nil
    }

    /// True if libyaml takes the character as part of an anchor's name.
    private static func isName(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar == "-" || scalar.isASCII && scalar.properties.isAlphabetic
            || ("0"..."9").contains(scalar)
    }
}
