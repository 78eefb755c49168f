/// What the guard knows of languages. A word that is missing here costs a hit, or leaves the decision to the embedding model alone.
enum GuardWords {
    private static func list(_ text: String) -> Set<String> {
        Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    /// All of them are one mark. Of Chinese ones none is needed: there every character is a mark.
    static let negations = list(
        """
        not no never none nobody nothing nowhere neither nor without cannot cant dont doesnt didnt wont wouldnt shouldnt couldnt isnt arent
        wasnt werent hasnt havent hadnt except
        nicht kein keine keinen keiner keinem nie niemals ohne weder
        ne pas non sans jamais aucun aucune rien
        nunca sin jamás ningún ninguna nada tampoco
        """)

    /// One of a pair: what is true of one is not of the other.
    private static let opposites = list(
        """
        enable disable allow deny forbid permit prohibit block unblock start stop begin end open close increase decrease raise lower
        add remove delete create destroy insert buy sell lend borrow import export upload download install uninstall encrypt decrypt
        encode decode lock unlock mount unmount connect disconnect accept reject refuse include exclude push pull send receive give take
        bought sold gave took got given taken won lost difference similarity adult child children locally remotely
        gain lose win show hide expand collapse attach detach freeze thaw hire fire agree disagree love hate like dislike succeed fail
        pass ascend descend load unload subscribe unsubscribe follow unfollow mute unmute pause resume save discard keep drop
        on off in out up down above below over under before after inside outside from until since against upstream downstream
        more less fewer most least larger smaller bigger greater higher lower longer shorter faster slower older younger newer earlier later
        better worse best worst cheaper hotter colder warmer cooler stronger weaker easier harder richer poorer nearer farther closer
        large small big little high low long short fast slow old new young early late good bad cheap expensive hot cold warm cool strong
        weak easy hard difficult rich poor near far true false right wrong left first last minimum maximum min max positive negative
        male female man woman men women boy girl he she him her his hers husband wife mother father son daughter brother sister
        north south east west northern southern eastern western
        public private internal external local remote legal illegal possible impossible safe dangerous alive dead full empty full-time
        part-time wet dry light dark heavy soft loud quiet ancient modern
        advantage disadvantage benefit drawback pro con pros cons strength weakness profit loss cause effect input output question
        success failure cost asset liability supply demand debit credit rise fall grow shrink
        read write wrote written undo redo upgrade downgrade activate deactivate grant revoke approve merge split join enter exit arrive
        depart leave maximize minimize maximise minimise multiply divide plus minus odd even singular plural compress decompress
        synchronous asynchronous sync async inbound outbound incoming outgoing ingress egress login logout static dynamic absolute relative
        primary secondary parent ancestor descendant client server row column horizontal vertical top bottom upper forward forwards backward
        backwards prefix suffix head tail deep shallow wide narrow thick thin tall clean dirty happy sad rough smooth simple complex common
        rare sharp blunt busy idle summer winter
        all every each some only always sometimes rarely often both either should must may might
        today yesterday tomorrow morning evening night day week month year hour minute second weekly monthly daily yearly
        """)

    private static let questions = list("what which who whom whose when where why how whether")

    private static let numbers = list(
        """
        zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
        twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion once twice half third quarter fourth fifth
        double triple
        """)

    /// They mean nothing by themselves, wherever they stand.
    static let functions = list(
        """
        a an the i i'm i'd i've me my mine you your yours we us our it its it's this that these those is are am was were be been being
        do does did doing done have has had can could will would shall please kindly tell let help there here so just really actually
        and hi hello hey thanks thank ok okay want wanted need needed know
        """)

    /// What often begins a sentence without being a name.
    private static let openers = list(
        """
        tell explain describe write give list show translate summarize summarise compare find make generate calculate compute define
        convert suggest recommend provide name if when while for with as in on at to of by from and but or then also now
        reset use using set get is are
        """)

    /// Question words of Chinese that mean the same.
    static let hanQuestions = ["怎么样", "怎么", "怎样", "如何"]
    /// Chinese words that mean nothing by themselves; longer ones first.
    static let hanFunctions = [
        "告诉我", "请问", "我们", "一下", "告诉", "请", "吗", "呢", "吧", "啊", "呀", "的", "了", "我", "你", "您", "帮",
    ]

    private static let prefixes = ["un", "in", "im", "il", "ir", "dis", "non", "non-", "anti", "anti-", "de", "mis"]

    /// What a word means if it begins with a negative prefix.
    static func stems(of word: String) -> [String] {
        prefixes.compactMap { prefix in
            word.hasPrefix(prefix) && word.utf8.count >= prefix.utf8.count + 3
                ? String(word.dropFirst(prefix.count)) : nil
        }
    }

    static func isNegation(_ word: String) -> Bool { negations.contains(word) || word.hasSuffix("n't") }

    /// How a word counts that must be the same in both texts; nil for others.
    static func mark(_ word: String) -> String? {
        if questions.contains(word) || numbers.contains(word) { return word }
        let forms = baseForms(of: word)
        return forms.first(where: opposites.contains)
            ?? forms.first { stems(of: $0, without: degrees).contains(where: opposites.contains) }
    }

    private typealias Endings = [(ending: String, replacements: [String])]

    /// "enabled" and "enabling" are forms of "enable".
    private static let inflections: Endings = [
        ("ies", ["y"]), ("es", [""]), ("s", [""]), ("ed", ["", "e"]), ("ing", ["", "e"]), ("ly", [""]),
    ]
    /// "highest" and "sender" are words of their own, but as much one of a pair as "high" and "send".
    private static let degrees: Endings = [
        ("ier", ["y"]), ("iest", ["y"]), ("er", ["", "e"]), ("est", ["", "e"]),
    ]

    private static func baseForms(of word: String) -> [String] { [word] + stems(of: word, without: inflections) }

    private static func stems(of word: String, without endings: Endings) -> [String] {
        var forms: [String] = []
        for (ending, replacements) in endings
        where word.hasSuffix(ending) && word.utf8.count > ending.utf8.count + 2 {
            let stem = word.dropLast(ending.count)
            forms += replacements.map { stem + $0 }
            // "stopped", "stopping", "biggest"
            if let last = stem.last, stem.dropLast().last == last { forms.append(String(stem.dropLast())) }
        }
        return forms
    }

    static func mayOpen(_ word: String) -> Bool {
        functions.contains(word) || openers.contains(word) || questions.contains(word)
    }
}
