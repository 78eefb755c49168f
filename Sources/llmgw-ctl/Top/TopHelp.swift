/// What the keys do.
enum TopHelp {
    static let lines = [
        "1 2 3 4, Tab     requests, models, providers, clients",
        "Up Down k j      select; Page up and down, Home g, End G",
        "s, Right, Left   sort by the next column, or by the one before",
        "r                reverse the order",
        "/                filter: rows that contain the words; Esc clears it",
        "Enter            detail of a request; Esc goes back",
        "c                cancel a request, after a question",
        "p, Space         stop refreshing, and go on",
        "q, Ctrl-C        quit",
        "",
        "Rates are those of the last 10 seconds; first token is that of the model with",
        "the most answers; cache hits count from the daemon's start.",
    ]
}
