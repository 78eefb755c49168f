import LLMGWPolicy
import Testing

@Suite("What an answer may be shared by")
struct PromptGuardTests {
    /// Of each pair, one's answer would be wrong for the other.
    static let different: [(String, String)] = [
        ("Should I take the pills with food?", "Should I not take the pills with food?"),
        ("What is the highest mountain?", "What is the lowest mountain?"),
        ("What is the highest mountain?", "What is a high mountain?"),
        ("the longest river in asia", "the shortest river in asia"),
        ("which of them is the oldest", "which of them is the newest"),
        ("the biggest planet", "the smallest planet"),
        ("the easiest way in", "the hardest way in"),
        ("the deepest lake", "the shallowest lake"),
        ("is it the wider one", "is it the narrower one"),
        ("how do i read a file", "how do i write a file"),
        ("who may be reading the log", "who may be writing the log"),
        ("upgrade the database", "downgrade the database"),
        ("after upgrading the package", "after downgrading the package"),
        ("how to maximize the window", "how to minimize the window"),
        ("maximising the cost function", "minimising the cost function"),
        ("what does undo in vim", "what does redo in vim"),
        ("a synchronous call", "an asynchronous call"),
        ("calling it synchronously", "calling it asynchronously"),
        ("sort by price ascending", "sort by price descending"),
        ("scroll forward", "scroll backward"),
        ("grant the role", "revoke the role"),
        ("the top of the page", "the bottom of the page"),
        ("a horizontal line", "a vertical line"),
        ("merge the cells", "split the cells"),
        ("activate the card", "deactivate the card"),
        ("even numbers", "odd numbers"),
        ("multiply them", "divide them"),
        ("the sender of the letter", "the receiver of the letter"),
        ("who is the buyer", "who is the seller"),
        ("Why does my test pass?", "Why doesn't my test pass?"),
        ("Why doesn’t the build finish?", "Why does the build finish?"),
        ("a recipe with sugar", "a recipe without sugar"),
        ("How do I enable the firewall?", "How do I disable the firewall?"),
        ("How are comments enabled?", "How are comments disabled?"),
        ("Is it possible to undo this?", "Is it impossible to undo this?"),
        ("which plants are toxic to dogs", "which plants are non-toxic to dogs"),
        ("is the contract valid", "is the contract invalid"),
        ("What is cheaper than gold?", "What is more expensive than gold?"),
        ("is python faster than java", "is java faster than python"),
        ("Does Anna like Tom?", "Does Tom like Anna?"),
        ("convert usd to eur", "convert eur to usd"),
        ("i do not want tea but coffee", "i want tea but not coffee"),
        ("flights from Paris", "flights to Paris"),
        ("How do I move a file from disk A to disk B?", "How do I move a file from disk B to disk A?"),
        ("What is 17 times 3?", "What is 17 times 4?"),
        ("A loan of 1,000 euros", "A loan of 10,000 euros"),
        ("Is -5 a solution?", "Is 5 a solution?"),
        ("two weeks of rain", "three weeks of rain"),
        ("Is x < y?", "Is x > y?"),
        ("What does it cost in €?", "What does it cost in $?"),
        ("Who was the first president of France?", "Who was the first president of Italy?"),
        ("Who was the first president?", "Who was the last president?"),
        ("When was the bridge built?", "Where was the bridge built?"),
        ("Paris in the rain", "London in the rain"),
        ("Who leads the US?", "Who leads us?"),
        ("How do I learn C?", "How do I learn C++?"),
        ("What does user_id mean?", "What does group_id mean?"),
        ("What does grep -v do?", "What does grep -c do?"),
        ("Open /etc/hosts for me", "Open /etc/fstab for me"),
        ("Translate \"good morning\" for me", "Translate \"good night\" for me"),
        ("What does `map` do?", "What does `filter` do?"),
        ("这个药可以吃吗？", "这个药不可以吃吗？"),
        ("我没收到邮件怎么办", "我收到邮件怎么办"),
        ("有糖的饮料", "无糖的饮料"),
        ("别删除文件", "删除文件"),
        ("会员怎么退款", "非会员怎么退款"),
        ("如何开启防火墙", "如何关闭防火墙"),
        ("最高的山是哪座？", "最低的山是哪座？"),
        ("最长的河是哪条", "最短的河是哪条"),
        ("怎么读文件", "怎么写文件"),
        ("如何升级数据库", "如何降级数据库"),
        ("把窗口最大化", "把窗口最小化"),
        ("同步调用的写法", "异步调用的写法"),
        ("怎么撤销操作", "怎么重做操作"),
        ("北京有多少人口？", "上海有多少人口？"),
        ("苹果比香蕉贵吗", "香蕉比苹果贵吗"),
        ("怎么把美元换成欧元", "怎么把欧元换成美元"),
        ("三天的假期", "五天的假期"),
        ("第１章讲什么", "第２章讲什么"),
        ("怎么退款", "能退款吗"),
        ("Нужно ли пить кофе Анне?", "Нужно ли пить кофе Ольге?"),
        ("Darf ich das essen?", "Darf ich das nicht essen?"),
        ("Je peux manger ça", "Je ne peux pas manger ça"),
    ]

    @Test("These are different questions", arguments: different)
    func differ(one: String, other: String) {
        #expect(!PromptGuard(one).allows(PromptGuard(other)))
        #expect(!PromptGuard(other).allows(PromptGuard(one)))
    }

    /// Of each pair, one's answer would do for the other.
    static let alike: [(String, String)] = [
        ("How do I reset my password?", "How can I reset my password?"),
        ("How do I reset my password?", "how do i reset the password"),
        ("Please tell me how to reset my password.", "How do I reset my password?"),
        ("What is the capital of France?", "What's the capital of France?"),
        ("What is the capital of France?", "hello, can you tell me what the capital of France is"),
        ("Why doesn't the build finish?", "why does not the build finish"),
        ("The loan is 1,000 euros", "the loan is 1000 euros"),
        ("what is the highest mountain", "What's the highest mountain?"),
        ("the best test for the rest", "the best test for the rest"),
        ("怎么重置密码？", "请问如何重置我的密码"),
        ("如何安装 Python 3.12？", "怎样安装Python 3.12"),
        ("请告诉我第１章讲什么", "第1章讲什么？"),
    ]

    @Test("These are the same question", arguments: alike)
    func agree(one: String, other: String) {
        #expect(PromptGuard(one).allows(PromptGuard(other)))
        #expect(PromptGuard(other).allows(PromptGuard(one)))
    }

    @Test func oddTextsAreTexts() {
        #expect(PromptGuard("").allows(PromptGuard("")))
        #expect(PromptGuard("  \n…").allows(PromptGuard("")))
        #expect(PromptGuard("Is \"this unclosed").allows(PromptGuard("is this unclosed")))
    }
}
